namespace Pipeline.Llm.Generation;

/// <summary>Where the keys and values of one sequence lie.</summary>
internal sealed class PageTable
{
    /// <summary>Pages in order; all but the last are full.</summary>
    public List<int> Pages { get; } = [];

    /// <summary>Stored tokens.</summary>
    public int Length { get; set; }
}
