namespace Pipeline.Cli.Services;

/// <summary>One process of the local deployment.</summary>
/// <param name="Name">Name of its pid and log files.</param>
/// <param name="Program">Executable.</param>
/// <param name="Arguments">Arguments.</param>
/// <param name="Health">Address that answers 200 when it is ready, or host and port that accepts connections.</param>
internal sealed record ServiceSpec(string Name, string Program, IReadOnlyList<string> Arguments, Uri Health)
{
    /// <summary>Variables that only this process gets.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
