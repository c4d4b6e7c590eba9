namespace Pipeline.Data.Ingest.Debian;

/// <summary>The wanted fields of one stanza.</summary>
/// <param name="Path">File.</param>
/// <param name="Line">Line of the first field, from 1.</param>
/// <param name="Fields">Values; continuation lines keep their leading space.</param>
/// <param name="Problem">Why the stanza cannot be used; null when it can.</param>
internal sealed record ControlStanza(
    string Path, long Line, IReadOnlyDictionary<string, string> Fields, string? Problem)
{
    public string this[string field] => Fields.GetValueOrDefault(field, "");
}
