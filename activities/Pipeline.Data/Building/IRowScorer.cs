using Pipeline.Data.Formats;

namespace Pipeline.Data.Building;

/// <summary>Ranks rows by quality, so that a smaller and better dataset can be compared with all of it.</summary>
public interface IRowScorer
{
    /// <summary>Name and version; a part of the dataset's version.</summary>
    string Name { get; }

    /// <summary>Scores a row.</summary>
    /// <param name="row">A canonical row.</param>
    /// <returns>Any number; higher is better.</returns>
    double Score(CanonicalRow row);
}
