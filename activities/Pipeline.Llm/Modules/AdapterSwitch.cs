using TorchSharp;
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

    /// <summary>The adapter's input after dropout.</summary>
    public Tensor Drop(Tensor x)
    {
        if (!Training || dropout == 0)
        {
            return x;
        }

        return x * Mask(x);
    }

    /// <summary>Whether <see cref="Drop"/> changes anything.</summary>
    public bool Drops => Training && dropout > 0;

    private Tensor Mask(Tensor x)
    {
        using var mode = no_grad();
        return empty_like(x).bernoulli_(1 - dropout, Generator).div_(1 - dropout);
    }
}
