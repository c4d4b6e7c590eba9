using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Pipeline.Cli.Runs;

/// <summary>Answers what a run awaits: in given names, by asking the person at the terminal, or not at all.</summary>
/// <param name="handle">The run.</param>
/// <param name="approvers">Names to approve in.</param>
/// <param name="awaited">What is awaited now.</param>
/// <param name="tell">Prints a line once.</param>
internal sealed class ApprovalAnswers(
    WorkflowHandle<FineTuneWorkflow, FineTuneResult> handle, IReadOnlyList<string> approvers,
    Func<Task<ApprovalRequest?>> awaited, Action<string> tell)
{
    private readonly HashSet<string> _settled = new(StringComparer.Ordinal);
    private TerminalApproval? _terminal;
    private ApprovalRequest? _asked;

    /// <summary>Gives one answer where there is one to give.</summary>
    public async Task GiveAsync(ApprovalRequest open, RunReport report, CancellationToken cancellation)
    {
        var next = open.Gate == ApprovalRequest.Waiver
            ? null : approvers.FirstOrDefault(name => !_settled.Contains(KeyOf(open, name)));
        if (next is not null)
        {
            _settled.Add(KeyOf(open, next));
            await ApproveAsync(next, open);
        }
        else if (Console.IsInputRedirected || approvers.Count > 0 || _settled.Contains(KeyOf(open, "")))
        {
            tell($"{ApprovalText.Describe(open, report)}\n  ./pipeline "
                + $"{(open.Gate == ApprovalRequest.Waiver ? "waive" : "approve")} --as NAME   ./pipeline reject --as "
                + "NAME --reason TEXT   or in the Web UI");
        }
        else
        {
            await AskAsync(open, report, cancellation);
        }
    }

    private async Task ApproveAsync(string name, ApprovalRequest open)
    {
        try
        {
            await Decisions.SendAsync(handle, open, Decisions.Approved,
                new DecisionInput { By = name, Digest = open.Digest, Reason = "unattended run" }, keyFile: null);
        }
        catch (WorkflowUpdateFailedException exception)
        {
            throw new UnauthorizedAccessException(
                $"the approval was refused: {exception.InnerException?.Message}; the run goes on and waits for "
                    + $"./pipeline approve {handle.Id}", exception);
        }
    }

    private async Task AskAsync(ApprovalRequest open, RunReport report, CancellationToken cancellation)
    {
        _asked = open;
        _terminal ??= new TerminalApproval(
            Console.In, Console.Error, async () => await awaited() is { } now && now.Opened == _asked.Opened);
        if (await _terminal.AskAsync(open, report, cancellation) is not { } decision)
        {
            _settled.Add(KeyOf(open, ""));
            return;
        }

        var verdict = !decision.Yes ? Decisions.Rejected : open.Gate == ApprovalRequest.Waiver
            ? Decisions.Waived : Decisions.Approved;
        try
        {
            await Decisions.SendAsync(handle, open, verdict, decision.Input, decision.KeyFile);
        }
        catch (WorkflowUpdateFailedException exception)
        {
            await Console.Error.WriteLineAsync($"not accepted: {exception.InnerException?.Message}");
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"not sent: {exception.Message}");
        }
    }

    private static string KeyOf(ApprovalRequest open, string name) =>
        $"{open.Gate}/{open.Digest}/{open.Opened:O}/{name}";
}
