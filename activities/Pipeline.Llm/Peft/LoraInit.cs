namespace Pipeline.Llm.Peft;

/// <summary>How a new adapter starts.</summary>
public enum LoraInit
{
    /// <summary>A Kaiming-uniform with a = √5, B zero.</summary>
    Default,

    /// <summary>A normal with standard deviation 1/r, B zero.</summary>
    Gaussian,

    /// <summary>A and B from the largest singular triples of W; the base keeps the rest (arXiv 2404.02948).</summary>
    Pissa,
}
