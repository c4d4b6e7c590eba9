namespace Pipeline.Workflows.Inputs;

/// <summary>An input that remembers what could not be read, so that all problems are reported together.</summary>
public interface IReadProblems
{
    /// <summary>Unknown fields and wrong types, one sentence each.</summary>
    IReadOnlyList<string> ReadProblems { get; init; }
}
