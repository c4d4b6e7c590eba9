using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Pipeline.Cli.Runs;

/// <summary>Shows a run as it goes: one line a finished stage, one live line with progress; asks for approvals.</summary>
/// <param name="runs">Connection.</param>
/// <param name="handle">The run.</param>
/// <param name="approveAs">Approves in this name without asking; null asks in a terminal and otherwise waits for somebody else.</param>
internal sealed class RunFollower(RunClient runs, WorkflowHandle<FineTuneWorkflow, FineTuneResult> handle, string? approveAs)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);
    private readonly LiveLine _live = new();
    private readonly HashSet<string> _shown = new(StringComparer.Ordinal);
    private string _told = "";

    /// <summary>Set when a stage is parked and nobody is there to decide.</summary>
    public StageStatus? Parked { get; private set; }

    /// <summary>Follows until the run ends, or until it is parked and nobody is at the terminal.</summary>
    /// <returns>The result; null when the run is parked.</returns>
    public async Task<FineTuneResult?> FollowAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var stages = await StatusAsync();
            stages.ToList().ForEach(Show);
            if (await IsClosedAsync())
            {
                (await StatusAsync()).ToList().ForEach(Show);
                _live.Clear();
                return await handle.GetResultAsync();
            }

            if (stages.FirstOrDefault(stage => stage.State == StageState.Parked) is { } parked)
            {
                Tell($"parked at {parked.Name}: {parked.Failure?.ErrorType}: {parked.Failure?.Message}\n  ./pipeline retry --stage {parked.Name}    (or abort; the Web UI offers the same)");
                if (Console.IsInputRedirected || approveAs is not null)
                {
                    Parked = parked;
                    return null;
                }
            }

            if (await AwaitedAsync() is { } open)
            {
                await AnswerAsync(open);
            }

            await ShowProgressAsync(stages);
            await Task.Delay(Interval, cancellation);
        }
    }

    private async Task<IReadOnlyList<StageStatus>> StatusAsync()
    {
        try
        {
            return await handle.QueryAsync(wf => wf.Status);
        }
        catch (Exception exception) when (exception is RpcException or WorkflowQueryFailedException)
        {
            // No worker answers at the moment; the supervisor brings one back.
            return [];
        }
    }

    private async Task<ApprovalRequest?> AwaitedAsync()
    {
        try
        {
            return await handle.QueryAsync(wf => wf.Awaited);
        }
        catch (Exception exception) when (exception is RpcException or WorkflowQueryFailedException)
        {
            return null;
        }
    }

    private async Task<bool> IsClosedAsync() => (await handle.DescribeAsync()).Status != WorkflowExecutionStatus.Running;

    private void Show(StageStatus stage)
    {
        if (stage.State is StageState.Done or StageState.Skipped && _shown.Add($"{stage.Name}/{stage.Runs}"))
        {
            _live.Clear();
            var time = stage.Summary?.Cached == true ? "cache hit" : stage is { Began: { } began, Ended: { } ended } ? $"{(ended - began).TotalSeconds:0.0} s" : "";
            Console.Error.WriteLine($"{stage.Name,-13} {time,9}  {(stage.State == StageState.Skipped ? "skipped: " : "")}{stage.Summary?.Text}");
        }
    }

    private async Task AnswerAsync(ApprovalRequest open)
    {
        if (approveAs is not null && open.Gate != ApprovalRequest.Waiver)
        {
            await SendAsync(approveAs, open, approve: true, "unattended run");
            return;
        }

        Tell($"awaits {open.Required} answer(s), {open.Gate}, digest {open.Digest[..12]}\n  ./pipeline approve --as NAME   ./pipeline reject --as NAME --reason TEXT   or in the Web UI");
        if (!Console.IsInputRedirected && open.Gate != ApprovalRequest.Waiver)
        {
            _live.Clear();
            await Console.Error.WriteAsync("approve as (name; '-NAME' rejects; empty waits for somebody else): ");
            var name = Console.ReadLine()?.Trim() ?? "";
            if (name.Length > 0)
            {
                await SendAsync(name.TrimStart('-'), open, !name.StartsWith('-'), name.StartsWith('-') ? "rejected in the terminal" : "approved in the terminal");
            }
        }
    }

    private async Task SendAsync(string by, ApprovalRequest open, bool approve, string reason)
    {
        var input = new DecisionInput { By = by, Digest = open.Digest, Reason = reason };
        try
        {
            await (approve ? handle.ExecuteUpdateAsync(wf => wf.ApproveAsync(input)) : handle.ExecuteUpdateAsync(wf => wf.RejectAsync(input)));
        }
        catch (WorkflowUpdateFailedException exception) when (approveAs is null)
        {
            Tell($"refused: {exception.InnerException?.Message}");
        }
        catch (WorkflowUpdateFailedException exception)
        {
            throw new UnauthorizedAccessException($"the approval was refused: {exception.InnerException?.Message}", exception);
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
