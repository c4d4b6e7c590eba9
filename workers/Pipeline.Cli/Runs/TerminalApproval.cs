using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Cli.Runs;

/// <summary>
/// Asks the person at the terminal for a decision: shows what it rests on, then takes answer, name and comment.
/// </summary>
/// <param name="input">Where the person types.</param>
/// <param name="output">Where the questions go.</param>
/// <param name="isOpen">Whether the decision is still awaited; somebody else may give it in the Web UI.</param>
internal sealed class TerminalApproval(TextReader input, TextWriter output, Func<Task<bool>> isOpen)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private Task<string?>? _line;

    /// <summary>Asks once.</summary>
    /// <returns>The decision; null when the person leaves it to somebody else, or somebody else has given it.</returns>
    public async Task<TerminalDecision?> AskAsync(
        ApprovalRequest open, RunReport report, CancellationToken cancellation)
    {
        await output.WriteLineAsync(ApprovalText.Describe(open, report));
        var verb = open.Gate == ApprovalRequest.Waiver ? "waive" : "approve";
        var answer = await ReadAsync($"{verb}? y, n, or Enter to leave it to somebody else: ", cancellation);
        while (answer is not (null or "" or "y" or "n" or "yes" or "no"))
        {
            answer = await ReadAsync("y, n, or Enter: ", cancellation);
        }

        if (answer is null or "")
        {
            return null;
        }

        var yes = answer[0] == 'y';
        var name = await NeededAsync("your name: ", cancellation);
        var comment = name is null ? null
            : yes && open.Gate != ApprovalRequest.Waiver ? await ReadAsync("comment (may be empty): ", cancellation)
            : await NeededAsync("why: ", cancellation);
        var key = comment is null || open.PublicKeys.Count == 0
            ? "" : await NeededAsync("file with your private key: ", cancellation);
        return name is null || comment is null || key is null
            ? null
            : new TerminalDecision(yes, new DecisionInput { By = name, Digest = open.Digest, Reason = comment }, key);
    }

    private async Task<string?> NeededAsync(string question, CancellationToken cancellation)
    {
        var answer = await ReadAsync(question, cancellation);
        while (answer is "")
        {
            answer = await ReadAsync($"needed; {question}", cancellation);
        }

        return answer;
    }

    // A read that has begun cannot be taken back, so a later question gets its line.
    private async Task<string?> ReadAsync(string question, CancellationToken cancellation)
    {
        await output.WriteAsync(question);
        _line ??= Task.Run(input.ReadLine, CancellationToken.None);
        while (await Task.WhenAny(_line, Task.Delay(Look, cancellation)) != _line)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!await isOpen())
            {
                await output.WriteLineAsync("decided by somebody else");
                return null;
            }
        }

        var line = await _line;
        _line = null;
        return line?.Trim();
    }
}
