using TorchSharp.Modules;

namespace Pipeline.Llm.Training.Optimizers;

/// <summary>A trainable tensor with the name that it has in files.</summary>
/// <param name="Name">Name without a prefix, unique in a run.</param>
/// <param name="Value">The tensor; its gradient is read and cleared here.</param>
public sealed record NamedParameter(string Name, Parameter Value);
