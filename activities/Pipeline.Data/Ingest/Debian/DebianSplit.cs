namespace Pipeline.Data.Ingest.Debian;

/// <summary>A fixed division of source packages: 92 % train, 3 % holdout, 5 % test.</summary>
public enum DebianSplit
{
    /// <summary>May be trained on.</summary>
    Train,

    /// <summary>A second test set of the same kind.</summary>
    Holdout,

    /// <summary>Never trained on.</summary>
    Test,
}
