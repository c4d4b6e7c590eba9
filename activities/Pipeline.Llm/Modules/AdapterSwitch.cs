using Pipeline.Llm.Kernels;
using static TorchSharp.torch;

namespace Pipeline.Llm.Modules;

/// <summary>State of one adapter that its modules look at while they compute.</summary>
internal sealed class AdapterSwitch(string name, double dropout)
{
    /// <summary>Name of the adapter.</summary>
    public string Name { get; } = name;

    /// <summary>Whether it acts on batches that name no adapters.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Whether dropout acts.</summary>
    public bool Training { get; set; }

    /// <summary>Source of dropout masks; null for the default generator.</summary>
    public Generator? Generator { get; set; }

    /// <summary>Whether <see cref="Drop"/> changes anything.</summary>
    public bool Drops => Training && dropout > 0;

    /// <summary>The adapter's input after dropout.</summary>
    public Tensor Drop(Tensor x) => Drops ? TorchExtras.Current.Dropout(x, dropout, Generator) : x;
}
