using Pipeline.Workflows.Contracts;
using Temporalio.Workflows;

namespace Pipeline.Workflows.FineTuning;

/// <summary>State of every stage, with times of the workflow's own clock.</summary>
internal sealed class StageBoard
{
    private readonly List<StageStatus> _stages = [.. StageNames.All.Select(name => new StageStatus { Name = name })];

    public IReadOnlyList<StageStatus> Stages => _stages;

    public string Current { get; private set; } = StageNames.Validate;

    public StageStatus? Parked => _stages.FirstOrDefault(stage => stage.State == StageState.Parked);

    public void Begin(string stage)
    {
        Current = stage;
        var old = Of(stage);
        Set(new StageStatus { Name = stage, State = StageState.Running, Began = Workflow.UtcNow, Runs = old.Runs + 1 });
    }

    public void Wait(string stage) => Set(Of(stage) with { State = StageState.Waiting });

    public void Finish(string stage, StageSummary? summary) =>
        Set(Of(stage) with { State = StageState.Done, Ended = Workflow.UtcNow, Summary = summary, Failure = null });

    public void Park(string stage, StageFailure failure) =>
        Set(Of(stage) with { State = StageState.Parked, Ended = Workflow.UtcNow, Failure = failure });

    public void Skip(string stage, string reason) =>
        Set(Of(stage) with
        {
            State = StageState.Skipped,
            Ended = Workflow.UtcNow,
            Failure = null,
            Summary = new StageSummary { Text = reason }
        });

    /// <summary>Marks a stage and all later ones as not begun.</summary>
    public void Rewind(string stage)
    {
        for (var index = StageNames.IndexOf(stage); index < _stages.Count; index++)
        {
            _stages[index] = new StageStatus { Name = _stages[index].Name, Runs = _stages[index].Runs };
        }
    }

    private StageStatus Of(string stage) => _stages[StageNames.IndexOf(stage)];

    private void Set(StageStatus status) => _stages[StageNames.IndexOf(status.Name)] = status;
}
