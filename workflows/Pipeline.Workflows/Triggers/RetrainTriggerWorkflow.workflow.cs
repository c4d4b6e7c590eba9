using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Pipeline.Workflows.Triggers;

/// <summary>
/// Watches one prefix for good: waits until news has settled, decides, and has at most one run in flight.
/// </summary>
[Workflow]
public sealed class RetrainTriggerWorkflow
{
    private const int KeptDecisions = 50;
    private TriggerInput _input = new();
    private int _news;
    private bool _stopped;

    /// <summary>The last decisions, newest last.</summary>
    [WorkflowQuery("decisions")]
    public IReadOnlyList<TriggerDecision> Decisions => _input.State.Decisions;

    /// <summary>The run in flight, or null.</summary>
    [WorkflowQuery("inFlight")]
    public string? InFlight { get; private set; }

    /// <summary>Watches.</summary>
    /// <param name="input">What to watch, and the state of the workflow's earlier part.</param>
    /// <returns>A task that ends when the trigger is stopped.</returns>
    [WorkflowRun]
    public async Task RunAsync(TriggerInput? input = null)
    {
        _input = input ?? new TriggerInput();
        Require(_input);
        while (!_stopped && !Workflow.ContinueAsNewSuggested)
        {
            Show();
            await NextAsync();
        }

        if (!_stopped)
        {
            throw Workflow.CreateContinueAsNewException((RetrainTriggerWorkflow wf) => wf.RunAsync(_input));
        }
    }

    /// <summary>Tells that objects arrived.</summary>
    /// <param name="news">Where they come from.</param>
    /// <returns>A completed task.</returns>
    [WorkflowSignal("newData")]
    public Task NewDataAsync(DataNews? news = null)
    {
        _news++;
        _input = _input with { State = _input.State with { Since = _input.State.Since ?? Workflow.UtcNow } };
        return Task.CompletedTask;
    }

    /// <summary>Ends the trigger once no run is in flight.</summary>
    /// <returns>A completed task.</returns>
    [WorkflowSignal("stop")]
    public Task StopAsync()
    {
        _stopped = true;
        return Task.CompletedTask;
    }

    private static void Require(TriggerInput input)
    {
        var problems = input.ReadProblems.Concat(
            Inputs.InputValidator.Check(input.Run).Select(problem => $"run.{problem}")).ToList();
        if (input.Debounce < TimeSpan.Zero || input.CoolDown < TimeSpan.Zero || input.MaxRunsPerDay < 1
            || input.Prefix.Length is 0 or > 500)
        {
            problems.Add(
                "debounce and coolDown may not be negative, maxRunsPerDay is at least 1, prefix is a text of 1 to 500 "
                    + "characters");
        }

        if (problems.Count > 0)
        {
            throw new ApplicationFailureException(
                string.Join("; ", problems), ErrorTypes.InvalidInput, nonRetryable: true);
        }
    }

    private async Task NextAsync()
    {
        await Workflow.WaitConditionAsync(() => _news > 0 || _stopped);
        if (_stopped)
        {
            return;
        }

        await SettleAsync();
        var marker = _input.State.Marker;
        var change = await Workflow.ExecuteActivityAsync(
            (ITriggerActivities a) => a.MeasurePrefixAsync(new MeasurePrefixInput(_input.Prefix, marker)),
            ActivityPolicies.Quick($"what is new under {_input.Prefix}"));
        var (start, reason, askAgain) = TriggerRules.Decide(_input, change, Workflow.UtcNow);
        Remember(start, start ? $"start: {reason}" : $"not now, because {reason}");
        if (start)
        {
            await RunOnceAsync(change.Marker);
        }
        else
        {
            // Asked again when the obstacle is over, or earlier when there is more.
            var seen = _news;
            await Workflow.WaitConditionAsync(() => _news > seen || _stopped, askAgain ?? TimeSpan.FromDays(365));
            _news = Math.Max(_news, askAgain is null ? _news - seen : 1);
        }
    }

    private async Task SettleAsync()
    {
        int seen;
        do
        {
            seen = _news;
        }
        while (await Workflow.WaitConditionAsync(() => _news > seen || _stopped, _input.Debounce) && !_stopped);
        _news = 0;
    }

    // News that comes while the run is in flight is coalesced: it is looked at once, when the run has ended.
    private async Task RunOnceAsync(string marker)
    {
        var number = _input.State.Runs + 1;
        var now = Workflow.UtcNow;
        _input = _input with
        {
            State = _input.State with
            {
                Runs = number,
                Marker = marker,
                Since = null,
                Starts = [.. _input.State.Starts.Where(start => now - start < TimeSpan.FromDays(1)), now]
            },
        };
        var options = new ChildWorkflowOptions
        {
            Id = WorkflowIds.FineTune(
                $"{_input.Prefix.Trim('/').Replace('/', '-')}-{number}-{Workflow.NewGuid().ToString()[..8]}"),
            ParentClosePolicy = ParentClosePolicy.Abandon,
        };
        InFlight = options.Id;
        Show();
        var outcome = await FinishAsync(options);
        InFlight = null;
        _input = _input with { State = _input.State with { LastEnd = Workflow.UtcNow } };
        Remember(started: false, $"{options.Id} ended: {outcome}");
    }

    private async Task<string> FinishAsync(ChildWorkflowOptions options)
    {
        try
        {
            var run = _input.Run;
            var result = await Workflow.ExecuteChildWorkflowAsync((FineTuneWorkflow wf) => wf.RunAsync(run), options);
            return $"{result.Verdict}. {result.Reason}";
        }
        catch (ChildWorkflowFailureException exception) when (!Workflow.CancellationToken.IsCancellationRequested)
        {
            return exception.InnerException?.Message ?? exception.Message;
        }
    }

    private void Remember(bool started, string text)
    {
        var decision = new TriggerDecision(Workflow.UtcNow, started, text);
        _input = _input with
        {
            State =
                _input.State with { Decisions = [.. _input.State.Decisions.TakeLast(KeptDecisions - 1), decision] }
        };
        Workflow.UpsertMemo(MemoUpdate.ValueSet("lastDecision", $"{decision.At:yyyy-MM-dd HH:mm:ss} {text}"));
        Show();
    }

    private void Show() => Workflow.CurrentDetails =
        $"**{_input.Prefix}**: {(InFlight is null ? "waits for news" : $"`{InFlight}` is in flight")}; "
        + $"{_input.State.Runs} runs so far\n\n"
        + string.Join(
            '\n', _input.State.Decisions.TakeLast(10)
                .Select(decision => $"- {decision.At:yyyy-MM-dd HH:mm:ss} {decision.Text}"));
}
