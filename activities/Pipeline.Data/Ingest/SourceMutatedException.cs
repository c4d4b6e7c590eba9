namespace Pipeline.Data.Ingest;

/// <summary>
/// A raw object is not what it was when it was listed. Trying again cannot help: the run would mix two states of the
/// data.
/// </summary>
/// <param name="key">Key of the object.</param>
/// <param name="expected">Version that was listed.</param>
/// <param name="found">Version that is there now; null when the object is gone.</param>
public sealed class SourceMutatedException(string key, string expected, string? found)
    : Exception(
        $"{ErrorType}: '{key}' had version {expected} and {(found is null ? "is gone" : $"has version {found} now")}; "
            + $"take the changed data in again: retry from ingest, or start a new run")
{
    /// <summary>Type of the failure in workflows; never retried.</summary>
    public const string ErrorType = "SourceMutated";

    /// <summary>Key of the object.</summary>
    public string Key { get; } = key;
}
