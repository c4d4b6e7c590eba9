using static TorchSharp.torch;

namespace Pipeline.Llm.Models;

/// <summary>What weights may take on one device.</summary>
/// <param name="Device">The device.</param>
/// <param name="Bytes">Room for weights; leave the rest of the device's memory to activations and caches.</param>
public sealed record DeviceRoom(Device Device, long Bytes);
