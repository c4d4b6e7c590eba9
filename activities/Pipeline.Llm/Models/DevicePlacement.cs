using System.Globalization;
using Pipeline.Llm.Configuration;
using static TorchSharp.torch;

namespace Pipeline.Llm.Models;

/// <summary>Which device holds which part of a model.</summary>
/// <param name="Main">Device of embedding, final norm and head, where states and logits come out.</param>
/// <param name="Layers">Device of each decoder layer.</param>
public sealed record DevicePlacement(Device Main, IReadOnlyList<Device> Layers)
{
    private const string LayerPrefix = "model.layers.";

    /// <summary>Whether layers lie on different devices.</summary>
    internal bool IsSplit { get; private init; }

    /// <summary>Everything on one device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="config">The model's configuration.</param>
    /// <returns>The placement.</returns>
    public static DevicePlacement Single(Device device, ModelConfig config) =>
        new(device, [.. Enumerable.Repeat(device, config.LayerCount)]);

    /// <summary>
    /// Fills devices in the given order: embedding, norm and head first, then layer after layer; what is left goes to
    /// the CPU.
    /// </summary>
    /// <param name="config">The model's configuration; no weight is read.</param>
    /// <param name="rooms">Devices with the bytes that weights may take, fastest first.</param>
    /// <param name="bytesPerWeight">Bytes of one weight.</param>
    /// <returns>The placement. A device that has been passed over is not returned to, so states cross devices as seldom
    /// as possible.</returns>
    public static DevicePlacement Automatic(ModelConfig config, IReadOnlyList<DeviceRoom> rooms, double bytesPerWeight)
    {
        var sizes = new double[config.LayerCount + 1];
        foreach (var (name, shape) in ModelShapes.Tensors(config))
        {
            sizes[LayerOf(name) is { } layer ? layer + 1 : 0] += shape.Aggregate(1.0, (product, size) => product * size)
                * bytesPerWeight;
        }

        var (at, used) = (0, 0.0);
        var devices = new List<Device>();
        foreach (var size in sizes)
        {
            while (at < rooms.Count && used + size > rooms[at].Bytes)
            {
                (at, used) = (at + 1, 0);
            }

            used += size;
            devices.Add(at < rooms.Count ? rooms[at].Device : CPU);
        }

        return new(devices[0], devices[1..])
        {
            IsSplit = devices.Select(device => (device.type, device.index)).Distinct().Count() > 1,
        };
    }

    /// <summary>The map in words, for logs.</summary>
    /// <returns>Such as <c>embedding, norm and head on cuda:0; layers 0–11 on cuda:0, 12–31 on cpu</c>.</returns>
    public override string ToString()
    {
        var runs = new List<string>();
        for (var first = 0; first < Layers.Count;)
        {
            var last = first;
            while (last + 1 < Layers.Count
                && (Layers[last + 1].type, Layers[last + 1].index) == (Layers[first].type, Layers[first].index))
            {
                last++;
            }

            runs.Add(
                string.Create(CultureInfo.InvariantCulture,
                    $"{(first == last ? $"{first}" : $"{first}–{last}")} on {Layers[first]}"));
            first = last + 1;
        }

        return $"embedding, norm and head on {Main}; layers {string.Join(", ", runs)}";
    }

    /// <summary>The device of a tensor of the model or of an adapter, by its name.</summary>
    internal Device Of(string name) => LayerOf(name) is { } layer ? Layers[layer] : Main;

    private static int? LayerOf(string name)
    {
        if (!name.StartsWith(LayerPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = name.AsSpan(LayerPrefix.Length);
        return int.Parse(rest[..rest.IndexOf('.')], CultureInfo.InvariantCulture);
    }
}
