using System.Text.Json.Serialization;

namespace Pipeline.Workflows.Inputs;

/// <summary>Everything a run needs; each field has a default, so <c>{}</c> is a complete input.</summary>
/// <remarks>
/// Unknown fields and wrong types do not throw while reading: they are listed together by the first stage.
/// </remarks>
[JsonConverter(typeof(Json.InputConverter<FineTuneInput>))]
public sealed record FineTuneInput : IReadProblems
{
    /// <summary>Version of this form; a reader refuses versions it does not know.</summary>
    /// <value>The default is 1.</value>
    public int Version { get; init; } = 1;

    /// <summary>Name of the recipe that the input came from; shown to people.</summary>
    /// <value>The default is <c>default</c>.</value>
    public string Recipe { get; init; } = "default";

    /// <summary>
    /// What the fine-tune is for: <c>task</c>, <c>domain</c> or <c>style</c>; sets defaults of rank and thresholds.
    /// </summary>
    /// <value>The default is <c>task</c>.</value>
    public string Purpose { get; init; } = Purposes.Task;

    /// <summary>Who starts the run; may not approve it.</summary>
    /// <value>The default is <c>unknown</c>.</value>
    public string Owner { get; init; } = "unknown";

    /// <summary>Share of the GPU pool that the run counts towards.</summary>
    /// <value>The default is empty: one shared queue.</value>
    public string Tenant { get; init; } = "";

    /// <summary>Order on a busy GPU pool: 1 is served first, 5 last.</summary>
    /// <value>The default is 3.</value>
    public int Priority { get; init; } = 3;

    /// <summary>Name of a registered or shipped base model, or a folder with one.</summary>
    /// <value>The default is <c>bookworm-6m</c>.</value>
    public string BaseModel { get; init; } = "bookworm-6m";

    /// <summary>Where the rows come from and how they are cleaned.</summary>
    public DataOptions Data { get; init; } = new();

    /// <summary>How rows become a training set.</summary>
    public DatasetOptions Dataset { get; init; } = new();

    /// <summary>How people look at rows before training.</summary>
    public ReviewOptions Review { get; init; } = new();

    /// <summary>Whether a prompt alone would do.</summary>
    public PreflightOptions Preflight { get; init; } = new();

    /// <summary>How the adapter is trained.</summary>
    public TrainOptions Train { get; init; } = new();

    /// <summary>What is measured before and after.</summary>
    public EvaluateOptions Evaluate { get; init; } = new();

    /// <summary>Thresholds that block.</summary>
    public GateOptions Gate { get; init; } = new();

    /// <summary>Who may approve and how long they have.</summary>
    public ApprovalOptions Approval { get; init; } = new();

    /// <summary>How the result is packaged and named.</summary>
    public PackageOptions Package { get; init; } = new();

    /// <summary>How traffic moves.</summary>
    public CanaryOptions Canary { get; init; } = new();

    /// <inheritdoc/>
    [JsonIgnore]
    public IReadOnlyList<string> ReadProblems { get; init; } = [];
}
