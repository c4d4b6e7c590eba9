namespace Pipeline.Data.Sanitization;

/// <summary>What happens to a span of personal data.</summary>
public enum PiiMode
{
    /// <summary>Replaced by its class: <c>&lt;EMAIL&gt;</c>.</summary>
    Replace,

    /// <summary>Every letter and digit becomes an asterisk.</summary>
    Mask,

    /// <summary>
    /// Replaced by class and keyed hash; equal values get equal hashes in every dataset with the same key.
    /// </summary>
    Hash,

    /// <summary>Replaced by class and a short pseudonym, stable inside a dataset with the same key.</summary>
    Pseudonym,

    /// <summary>Removed without a trace in the text.</summary>
    Redact,

    /// <summary>The whole row is removed.</summary>
    Drop,

    /// <summary>Counted only.</summary>
    Keep,
}
