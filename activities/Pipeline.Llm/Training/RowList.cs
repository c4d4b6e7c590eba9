namespace Pipeline.Llm.Training;

/// <summary>Writes row ids for messages.</summary>
internal static class RowList
{
    private const int Shown = 16;

    public static string Of(IReadOnlyList<string> rowIds) =>
        string.Join(", ", rowIds.Take(Shown)) + (rowIds.Count > Shown ? $" and {rowIds.Count - Shown} more" : "");
}
