namespace Pipeline.Activities.Running;

/// <summary>Name of the host that works; each host serves a queue of its own beside that of its pool.</summary>
public static class HostName
{
    /// <summary>Environment variable that names the host; unset takes the machine's name.</summary>
    public const string Variable = "PIPELINE_HOST";

    /// <summary>Name of this host.</summary>
    public static string Current { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
        ? named : Environment.MachineName;
}
