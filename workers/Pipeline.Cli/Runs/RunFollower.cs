using System.Diagnostics;
using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Pipeline.Cli.Runs;

/// <summary>
/// Shows a run as it goes: one line a finished stage, one live line with progress; asks for approvals.
/// </summary>
/// <param name="runs">Connection.</param>
/// <param name="handle">The run.</param>
/// <param name="approvers">Approves in these names without asking; none asks in a terminal and otherwise waits for
/// somebody else.</param>
internal sealed class RunFollower(
    RunClient runs, WorkflowHandle<FineTuneWorkflow, FineTuneResult> handle, IReadOnlyList<string> approvers)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly LiveLine _live = new();
    private readonly HashSet<string> _shown = new(StringComparer.Ordinal);
    private readonly Stopwatch _silence = new();
    private ApprovalAnswers? _answers;
    private string _told = "";

    /// <summary>Set when a stage is parked and nobody is there to decide.</summary>
    public StageStatus? Parked { get; private set; }

    /// <summary>Follows until the run ends, or until it is parked and nobody is at the terminal.</summary>
    /// <returns>The result; null when the run is parked.</returns>
    public async Task<FineTuneResult?> FollowAsync(CancellationToken cancellation)
    {
        _answers ??= new ApprovalAnswers(handle, approvers, () => AskAsync(wf => wf.Awaited), Tell);
        while (true)
        {
            var closed = await IsClosedAsync();
            var stages = await AskAsync(wf => wf.Status) ?? [];
            stages.ToList().ForEach(Show);
            if (closed)
            {
                _live.Clear();
                return await handle.GetResultAsync();
            }

            if (stages.FirstOrDefault(stage => stage.State == StageState.Parked) is { } parked)
            {
                Tell($"parked at {parked.Name}: {parked.Failure?.ErrorType}: {parked.Failure?.Message}\n  ./pipeline "
                    + $"retry --stage {parked.Name}    (or skip, abort; the Web UI offers the same)");
                if (Console.IsInputRedirected || approvers.Count > 0)
                {
                    Parked = parked;
                    return null;
                }
            }

            if (await AskAsync(wf => wf.Awaited) is { } open && await AskAsync(wf => wf.Report) is { } report)
            {
                await _answers.GiveAsync(open, report, cancellation);
            }

            await ShowProgressAsync(stages);
            await Task.Delay(Interval, cancellation);
        }
    }

    private async Task<T?> AskAsync<T>(System.Linq.Expressions.Expression<Func<FineTuneWorkflow, T>> query)
        where T : class?
    {
        try
        {
            return await handle.QueryAsync(query);
        }
        catch (Exception exception) when (exception is RpcException or WorkflowQueryFailedException)
        {
            // No worker answers at the moment; the supervisor brings one back.
            return null;
        }
    }

    // An engine that starts again is waited for; the run goes on without this command in any case.
    private async Task<bool> IsClosedAsync()
    {
        try
        {
            var closed = (await handle.DescribeAsync()).Status != WorkflowExecutionStatus.Running;
            _silence.Reset();
            return closed;
        }
        catch (RpcException exception)
            when (exception.Code != RpcException.StatusCode.NotFound && _silence.Elapsed < Patience)
        {
            _silence.Start();
            Tell("the engine does not answer; waiting for it");
            return false;
        }
    }

    private void Show(StageStatus stage)
    {
        if (stage.State is StageState.Done or StageState.Skipped && _shown.Add($"{stage.Name}/{stage.Runs}"))
        {
            _live.Clear();
            var time = stage.Summary?.Cached == true ? "cache hit" : stage is { Began: { } began, Ended: { } ended }
                ? $"{(ended - began).TotalSeconds:0.0} s" : "";
            Console.Error.WriteLine(
                $"{stage.Name,-13} {time,9}  "
                    + $"{(stage.State == StageState.Skipped ? "skipped: " : "")}{stage.Summary?.Text}");
        }
    }

    private async Task ShowProgressAsync(IReadOnlyList<StageStatus> stages)
    {
        var stage = stages.FirstOrDefault(one => one.State is StageState.Running or StageState.Waiting);
        if (stage is null)
        {
            return;
        }

        var progress = await HeartbeatReader.ReadAsync(runs.Client, handle.Id);
        _live.Show(stage.Name, stage.Began, progress);
    }

    // Said once, however often it is seen.
    private void Tell(string text)
    {
        if (_told != text)
        {
            _live.Clear();
            Console.Error.WriteLine(text);
            _told = text;
        }
    }
}
