using System.Text.Json.Serialization;
using Pipeline.Workflows.Inputs;

namespace Pipeline.Workflows.Triggers;

/// <summary>What a trigger watches and when it starts a run; each field has a default.</summary>
[JsonConverter(typeof(Json.InputConverter<TriggerInput>))]
public sealed record TriggerInput : IReadProblems
{
    /// <summary>Prefix in the object store.</summary>
    /// <value>The default is <c>raw/</c>.</value>
    public string Prefix { get; init; } = "raw/";

    /// <summary>New objects that are needed.</summary>
    /// <value>The default is 1.</value>
    public int MinObjects { get; init; } = 1;

    /// <summary>New bytes that are needed.</summary>
    /// <value>The default is 1.</value>
    public long MinBytes { get; init; } = 1;

    /// <summary>Age of the oldest unused news from which the thresholds no longer count.</summary>
    /// <value>The default is 30 days.</value>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Time without further news before anything is decided.</summary>
    /// <value>The default is 1 minute.</value>
    public TimeSpan Debounce { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Time after the end of a run before the next may start.</summary>
    /// <value>The default is 1 hour.</value>
    public TimeSpan CoolDown { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Runs within 24 hours at most.</summary>
    /// <value>The default is 4.</value>
    public int MaxRunsPerDay { get; init; } = 4;

    /// <summary>Input of the runs; its data source is set to the prefix when it is empty of one.</summary>
    public FineTuneInput Run { get; init; } = new();

    /// <summary>State carried over from the workflow's earlier part; leave it out.</summary>
    public TriggerState State { get; init; } = new();

    /// <inheritdoc/>
    [JsonIgnore]
    public IReadOnlyList<string> ReadProblems { get; init; } = [];
}

/// <summary>State of a trigger.</summary>
public sealed record TriggerState
{
    /// <summary>Marker of the last state that a run took.</summary>
    public string Marker { get; init; } = "";

    /// <summary>Runs that were started.</summary>
    public int Runs { get; init; }

    /// <summary>Starts within the last 24 hours.</summary>
    public IReadOnlyList<DateTime> Starts { get; init; } = [];

    /// <summary>When the last run ended.</summary>
    public DateTime? LastEnd { get; init; }

    /// <summary>When the oldest unused news came; null when there is none.</summary>
    public DateTime? Since { get; init; }

    /// <summary>The last decisions, newest last.</summary>
    public IReadOnlyList<TriggerDecision> Decisions { get; init; } = [];
}

/// <summary>News for a trigger.</summary>
/// <param name="Note">Where it comes from, such as an object key.</param>
public sealed record DataNews(string Note = "");

/// <summary>One decision of a trigger.</summary>
/// <param name="At">When.</param>
/// <param name="Started">Whether a run was started.</param>
/// <param name="Text">What was decided and why.</param>
public sealed record TriggerDecision(DateTime At, bool Started, string Text);
