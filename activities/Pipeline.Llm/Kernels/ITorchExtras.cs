using static TorchSharp.torch;

namespace Pipeline.Llm.Kernels;

/// <summary>
/// Building blocks that a native library may provide faster; <see cref="ComposedExtras"/> needs the official package
/// only.
/// </summary>
/// <remarks>Every member is differentiable in its floating inputs unless it says otherwise.</remarks>
public interface ITorchExtras
{
    /// <summary>Name for logs.</summary>
    string Name { get; }

    /// <summary>Root-mean-square normalisation of the last dimension, computed in float32 for narrower types.</summary>
    /// <param name="x">Any shape [..., d].</param>
    /// <param name="weight">Weight [d].</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="addsOne">Multiply by 1 + weight before rounding (Gemma) instead of by weight after it.</param>
    /// <returns>Shape of <paramref name="x"/>.</returns>
    /// <remarks>Source: arXiv 1910.07467.</remarks>
    Tensor RmsNorm(Tensor x, Tensor weight, double epsilon, bool addsOne);

    /// <summary>Rotary position embedding in the half-split layout; widths beyond the tables pass through.</summary>
    /// <param name="x">Heads [b, s, h, hd].</param>
    /// <param name="cos">Cosines [b or 1, s, 1, r/2] of the element type of <paramref name="x"/>.</param>
    /// <param name="sin">Sines of the same shape.</param>
    /// <returns>[b, s, h, hd].</returns>
    /// <remarks>Source: arXiv 2104.09864.</remarks>
    Tensor Rotate(Tensor x, Tensor cos, Tensor sin);

    /// <summary>Activation of the gate times the other half: SwiGLU, GeGLU (arXiv 2002.05202).</summary>
    /// <param name="gate">[..., f].</param>
    /// <param name="up">[..., f].</param>
    /// <param name="activation">Which activation.</param>
    /// <returns>[..., f].</returns>
    Tensor Gate(Tensor gate, Tensor up, GateActivation activation);

    /// <summary>Causal attention with grouped keys.</summary>
    /// <param name="query">[b, s, h, hd].</param>
    /// <param name="key">[b, k, kv, hd] with kv dividing h.</param>
    /// <param name="value">[b, k, kv, hd].</param>
    /// <param name="pattern">Who sees whom.</param>
    /// <returns>[b, s, h · hd].</returns>
    Tensor Attention(Tensor query, Tensor key, Tensor value, AttentionPattern pattern);

    /// <summary>Zeroes elements at random and scales the others by 1/(1 − p).</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="probability">Share of zeroed elements p, from 0 to below 1.</param>
    /// <param name="generator">Source of randomness, null for the default one; the same state gives the same
    /// mask.</param>
    /// <returns>Shape of <paramref name="x"/>.</returns>
    Tensor Dropout(Tensor x, double probability, Generator? generator);

    /// <summary>A frozen linear layer with a low-rank update: x·Wᵀ + bias + scaling · (u·Aᵀ)·Bᵀ.</summary>
    /// <param name="x">Input [..., in].</param>
    /// <param name="weight">Frozen weight [out, in].</param>
    /// <param name="bias">Bias [out], or null.</param>
    /// <param name="update">Input u of the update, [..., in]: <paramref name="x"/> itself, or x after dropout.</param>
    /// <param name="a">A [r, in]; may be wider than the weight's type.</param>
    /// <param name="b">B [out, r].</param>
    /// <param name="scaling">Scale of the update.</param>
    /// <returns>[..., out] in the element type of <paramref name="x"/>.</returns>
    /// <remarks>Source: arXiv 2106.09685.</remarks>
    Tensor LoraLinear(Tensor x, Tensor weight, Tensor? bias, Tensor update, Tensor a, Tensor b, double scaling);

    /// <summary>
    /// A low-rank update on top of a product that was made elsewhere: product + scaling · update·aᵀ·bᵀ.
    /// </summary>
    /// <param name="product">[..., out].</param>
    /// <param name="update">Input of the update [..., in], after dropout.</param>
    /// <param name="a">A [r, in].</param>
    /// <param name="b">B [out, r].</param>
    /// <param name="scaling">Scale of the update.</param>
    /// <returns>[..., out] of the element type of <paramref name="product"/>.</returns>
    Tensor LoraUpdate(Tensor product, Tensor update, Tensor a, Tensor b, double scaling);

    /// <summary>Cross-entropy of the head's distribution, without keeping the logits of all rows.</summary>
    /// <param name="hidden">States of the rows that count, [n, d].</param>
    /// <param name="head">Weight of the head [v, d].</param>
    /// <param name="targets">Target ids [n], int64.</param>
    /// <param name="softCap">Logits are squashed to ± this; null for none.</param>
    /// <param name="labelSmoothing">Share of the target spread over the vocabulary, 0 to below 1.</param>
    /// <returns>Loss, correctness and entropy of each row.</returns>
    TokenLoss CrossEntropy(Tensor hidden, Tensor head, Tensor targets, double? softCap, double labelSmoothing);

    /// <summary>Some rows of a matrix.</summary>
    /// <param name="x">[n, d].</param>
    /// <param name="rows">Distinct row numbers [k], int64.</param>
    /// <returns>[k, d].</returns>
    Tensor SelectRows(Tensor x, Tensor rows);

    /// <summary>Restores 4-bit NormalFloat weights; not differentiable.</summary>
    /// <param name="weight">Codes and scales.</param>
    /// <param name="type">Element type of the result.</param>
    /// <returns>The weight [out, in].</returns>
    Tensor RestoreNf4(PackedNf4 weight, ScalarType type);

    /// <summary><see cref="LoraLinear"/> on a weight in 4 bits, restored for each product and not kept.</summary>
    /// <param name="x">Input [..., in].</param>
    /// <param name="weight">Frozen weight [out, in].</param>
    /// <param name="bias">Bias [out], or null.</param>
    /// <param name="update">Input of the update.</param>
    /// <param name="a">A [r, in].</param>
    /// <param name="b">B [out, r].</param>
    /// <param name="scaling">Scale of the update.</param>
    /// <returns>[..., out], or null when this implementation has no such node: restore, multiply and use
    /// <see cref="LoraUpdate"/>.</returns>
    Tensor? LoraNf4(Tensor x, PackedNf4 weight, Tensor? bias, Tensor update, Tensor a, Tensor b, double scaling);

    /// <summary>Scales each column of a product, the last step of DoRA: x · magnitude/norm + bias.</summary>
    /// <param name="x">[..., out].</param>
    /// <param name="magnitude">Magnitudes [out], float32 or wider.</param>
    /// <param name="norm">Norms [out], constants for the gradient.</param>
    /// <param name="bias">Bias [out], or null.</param>
    /// <returns>[..., out] of the element type of <paramref name="x"/>.</returns>
    /// <remarks>Source: arXiv 2402.09353, sections 4.1 and 4.3.</remarks>
    Tensor ScaleColumns(Tensor x, Tensor magnitude, Tensor norm, Tensor? bias);

    /// <summary>A linear layer: x·Wᵀ + bias.</summary>
    /// <param name="x">[..., in].</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out], or null.</param>
    /// <returns>[..., out].</returns>
    Tensor Linear(Tensor x, Tensor weight, Tensor? bias);

    /// <summary>Euclidean norm of each tensor; not differentiable.</summary>
    /// <param name="tensors">At least one tensor; all on one device.</param>
    /// <returns>[count], float32 or wider.</returns>
    Tensor Norms(IReadOnlyList<Tensor> tensors);

    /// <summary>Multiplies tensors in place; not differentiable.</summary>
    /// <param name="tensors">The tensors.</param>
    /// <param name="factor">The factor.</param>
    void Scale(IReadOnlyList<Tensor> tensors, double factor);

    /// <summary>One AdamW step on tensors of float32, in place; not differentiable (arXiv 1711.05101).</summary>
    /// <param name="parameters">Parameters; changed.</param>
    /// <param name="gradients">Gradients of the same shapes.</param>
    /// <param name="firstMoments">First moments; changed.</param>
    /// <param name="secondMoments">Second moments; changed.</param>
    /// <param name="settings">Numbers of the step.</param>
    void AdamW(
        IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> firstMoments,
        IReadOnlyList<Tensor> secondMoments, AdamWSettings settings);

    /// <summary>A CPU tensor over memory that somebody else owns.</summary>
    /// <param name="address">First byte; must stay valid as long as the tensor or a view of it lives.</param>
    /// <param name="shape">Dimensions.</param>
    /// <param name="type">Element type.</param>
    /// <returns>The tensor, or null when this implementation has to copy.</returns>
    Tensor? OverMemory(nint address, long[] shape, ScalarType type);
}
