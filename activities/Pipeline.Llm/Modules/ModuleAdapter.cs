using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Llm.Modules;

/// <summary>What one adapter adds to one module, or replaces in it.</summary>
internal sealed class ModuleAdapter(AdapterSwitch owner)
{
    /// <summary>The adapter that this belongs to.</summary>
    public AdapterSwitch Owner { get; } = owner;

    /// <summary>A [r, in]; for the embedding [r, v].</summary>
    public Parameter? A { get; set; }

    /// <summary>B [out, r].</summary>
    public Parameter? B { get; set; }

    /// <summary>Bias on B [out].</summary>
    public Parameter? BBias { get; set; }

    /// <summary>DoRA's magnitude [out].</summary>
    public Parameter? Magnitude { get; set; }

    /// <summary>Scale of B·A.</summary>
    public double Scaling { get; set; }

    /// <summary>Weight that replaces the base's.</summary>
    public Parameter? Weight { get; set; }

    /// <summary>Bias that replaces the base's.</summary>
    public Parameter? Bias { get; set; }

    /// <summary>Rows that replace those of the embedding, [n, d].</summary>
    public Parameter? TokenRows { get; set; }

    /// <summary>For each token id, its place in <see cref="TokenRows"/> or −1 [v].</summary>
    public Tensor? TokenSlots { get; set; }

    /// <summary>Squared norm of each row of the base weight, kept for DoRA [out].</summary>
    public Tensor? BaseSquares { get; set; }

    /// <summary>Whether A and B stand for rows of the embedding, A [r, v].</summary>
    public bool IsEmbedding { get; set; }

    /// <summary>
    /// Whether the module's output is the base's plus a low-rank term, so that rows can share the base product.
    /// </summary>
    public bool IsPlain => Weight is null && Bias is null && Magnitude is null && TokenRows is null;

    /// <summary>Every parameter that is set.</summary>
    public IEnumerable<Parameter> All => new[] { A, B, BBias, Magnitude, Weight, Bias, TokenRows }.OfType<Parameter>();
}
