namespace Pipeline.Cli.Runs;

/// <summary>Who starts runs from this command line.</summary>
internal static class Owner
{
    public static string Name => Environment.GetEnvironmentVariable("PIPELINE_OWNER") is { Length: > 0 } named ? named
        : Environment.UserName is { Length: > 0 } user ? user : "unknown";
}
