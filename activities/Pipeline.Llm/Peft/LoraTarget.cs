namespace Pipeline.Llm.Peft;

/// <summary>A module that carries an adapter.</summary>
/// <param name="Module">Module path.</param>
/// <param name="Input">Input width; the vocabulary for the embedding.</param>
/// <param name="Output">Output width.</param>
/// <param name="Rank">Rank after the patterns.</param>
/// <param name="Alpha">Alpha after the patterns.</param>
/// <param name="Scaling">Scale of the update.</param>
/// <param name="IsEmbedding">Whether it is the input embedding.</param>
public sealed record LoraTarget(
    string Module, int Input, int Output, int Rank, double Alpha, double Scaling, bool IsEmbedding)
{
    /// <summary>Elements of A and B.</summary>
    public long ParameterCount => (long)Rank * (Input + Output);
}
