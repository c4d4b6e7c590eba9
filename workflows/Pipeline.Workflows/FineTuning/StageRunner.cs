using Pipeline.Workflows.Contracts;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Pipeline.Workflows.FineTuning;

/// <summary>
/// Runs stages once, keeps their results, and parks a stage that fails for good until an operator decides.
/// </summary>
internal sealed class StageRunner(StageBoard board, Action changed)
{
    private readonly Dictionary<string, object> _results = [];
    private Command? _command;

    private enum CommandKind
    {
        Retry,
        Skip,
        Abort,
    }

    /// <summary>Runs a stage, or returns the result that it has already.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="body">The work.</param>
    /// <param name="summarize">Takes the summary out of the result.</param>
    /// <param name="skipped">Result to go on with when an operator skips the stage; null forbids it.</param>
    public async Task<T> RunAsync<T>(
        string stage, Func<Task<T>> body, Func<T, StageSummary?> summarize, Func<T>? skipped = null)
        where T : class
    {
        if (_results.TryGetValue(stage, out var known))
        {
            return (T)known;
        }

        while (true)
        {
            ThrowIfAborted();
            board.Begin(stage);
            changed();
            try
            {
                var result = await body();
                board.Finish(stage, summarize(result));
                return Keep(stage, result);
            }
            catch (FailureException exception) when (!Workflow.CancellationToken.IsCancellationRequested)
            {
                ThrowIfAborted();
                board.Park(stage, Explain(exception));
                changed();
            }

            if (await NextAsync(stage) && skipped is not null)
            {
                return Keep(stage, skipped());
            }
        }
    }

    /// <summary>Result of a finished stage, or null.</summary>
    public T? Known<T>(string stage)
        where T : class => _results.GetValueOrDefault(stage) as T;

    /// <summary>Forgets a stage and all later ones.</summary>
    public void Forget(string stage)
    {
        for (var index = StageNames.IndexOf(stage); index < StageNames.All.Count; index++)
        {
            _results.Remove(StageNames.All[index]);
        }

        board.Rewind(stage);
    }

    public void Retry(string stage) => _command = new Command(CommandKind.Retry, stage, "");

    public void Skip(string reason) => _command = new Command(CommandKind.Skip, "", reason);

    public void Abort(string reason) => _command = new Command(CommandKind.Abort, "", reason);

    private static StageFailure Explain(Exception exception)
    {
        var (cause, type) = (exception, exception.GetType().Name);
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            cause = inner;
            type = inner switch
            {
                ApplicationFailureException { ErrorType: { } errorType } => errorType,
                TimeoutFailureException timeout => $"Timeout{timeout.TimeoutType}",
                _ => inner.GetType().Name,
            };
        }

        return new StageFailure(type, cause.Message.Length > 2000 ? cause.Message[..2000] + "…" : cause.Message);
    }

    // True when the stage is skipped, false when it runs again.
    private async Task<bool> NextAsync(string stage)
    {
        await Workflow.WaitConditionAsync(() => _command is not null);
        ThrowIfAborted();
        var command = _command;
        _command = null;
        if (command is { Kind: CommandKind.Skip })
        {
            board.Skip(stage, command.Reason);
            changed();
            return true;
        }

        return command is null || command.Stage == stage ? false : throw new RewindException(command.Stage);
    }

    private void ThrowIfAborted()
    {
        if (_command is { Kind: CommandKind.Abort } abort)
        {
            throw new AbortException(abort.Reason);
        }
    }

    private T Keep<T>(string stage, T result)
        where T : class
    {
        _results[stage] = result;
        changed();
        return result;
    }

    private sealed record Command(CommandKind Kind, string Stage, string Reason);
}
