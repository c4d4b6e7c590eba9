namespace Pipeline.Llm.Models;

/// <summary>A linear module of a model.</summary>
/// <param name="Name">Module path, such as <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="Input">Input width.</param>
/// <param name="Output">Output width.</param>
/// <param name="HasBias">Whether it adds a bias.</param>
public sealed record LinearShape(string Name, int Input, int Output, bool HasBias);
