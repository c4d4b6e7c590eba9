using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Runs;
using Pipeline.Workflows;
using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.FineTuning;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Pipeline.Cli.Commands;

/// <summary>
/// <c>approve</c>, <c>reject</c>, <c>waive</c>, <c>retry</c>, <c>skip</c>, <c>abort</c>: what people send to a run.
/// </summary>
internal static class DecisionCommands
{
    private static readonly Argument<string?> Run = new("run")
    {
        Description = "id of the run (default: the last one started here)",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private static readonly Option<string> As = new("--as")
    {
        Description = "your name",
        DefaultValueFactory = _ => Owner.Name,
    };
    private static readonly Option<string> Reason = new("--reason")
    {
        Description = "why",
        DefaultValueFactory = _ => "",
    };
    private static readonly Option<string> Digest = new("--digest")
    {
        Description = "digest that you decide on (default: what is awaited now)",
        DefaultValueFactory = _ => "",
    };
    private static readonly Option<string?> Key = new("--key")
    {
        Description = "your private key, PEM; needed where the settings name keys of approvers",
    };
    private static readonly Option<string> Stage = new("--stage")
    {
        Description = "parked stage, or an earlier one",
        DefaultValueFactory = _ => "",
    };
    private static readonly Option<string?> Change = new("--change")
    {
        Description = "JSON with changed fields of the input",
    };

    public static IEnumerable<Command> All() =>
    [
        Decide("approve", Decisions.Approved, "approve what a run awaits"),
        Decide("reject", Decisions.Rejected, "reject what a run awaits"),
        Decide("waive", Decisions.Waived, "waive a failed gate; a second person must do so too"),
        Retry(),
        Skip(),
        Abort(),
    ];

    private static Command Decide(string name, string verdict, string description)
    {
        var command = new Command(name, description) { Run, As, Reason, Digest, Key };
        command.SetAction((parsed, _) => SendAsync(parsed, async handle =>
        {
            var open = await handle.QueryAsync(wf => wf.Awaited);
            var digest = parsed.GetValue(Digest) is { Length: > 0 } given ? given : open?.Digest ?? "";
            var input = new DecisionInput
            {
                By = parsed.GetValue(As) ?? "",
                Digest = digest,
                Reason = parsed.GetValue(Reason) ?? "",
            };
            await Decisions.SendAsync(handle, open, verdict, input, parsed.GetValue(Key));
            return $"{name}: recorded for {digest[..Math.Min(12, digest.Length)]}";
        }));
        return command;
    }

    private static Command Retry()
    {
        var command =
            new Command("retry", "run a parked stage again, or go back to an earlier one") { Run, Stage, Change, As };
        command.SetAction((parsed, _) => SendAsync(parsed, handle =>
        {
            var change = parsed.GetValue(Change) is { } text ? ChangeOf(text) : (JsonElement?)null;
            var input = new RetryStageInput
            {
                Stage = parsed.GetValue(Stage) ?? "",
                ChangedParameters = change,
                By = parsed.GetValue(As) ?? "",
            };
            return handle.ExecuteUpdateAsync(wf => wf.RetryStageAsync(input));
        }));
        return command;
    }

    private static Command Skip()
    {
        var command = new Command("skip", "leave a parked stage out, where that is allowed") { Run, As, Reason };
        command.SetAction((parsed, _) => SendAsync(parsed, handle =>
        {
            var input = new OperatorInput { By = parsed.GetValue(As) ?? "", Reason = parsed.GetValue(Reason) ?? "" };
            return handle.ExecuteUpdateAsync(wf => wf.SkipStageAsync(input));
        }));
        return command;
    }

    private static Command Abort()
    {
        var command = new Command("abort", "stop a run and undo what it changed") { Run, As, Reason };
        command.SetAction((parsed, _) => SendAsync(parsed, handle =>
        {
            var input = new OperatorInput { By = parsed.GetValue(As) ?? "", Reason = parsed.GetValue(Reason) ?? "" };
            return handle.ExecuteUpdateAsync(wf => wf.AbortAsync(input));
        }));
        return command;
    }

    private static JsonElement ChangeOf(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException exception)
        {
            throw new ArgumentException(
                $"--change is not JSON: {exception.Message}; an example: --change "
                    + $"'{{\"train\":{{\"learningRate\":1e-4}}}}'", nameof(text), exception);
        }
    }

    private static async Task<int> SendAsync(
        ParseResult parsed, Func<WorkflowHandle<FineTuneWorkflow, FineTuneResult>, Task<string>> send)
    {
        var (settings, _) = CommonOptions.Load(parsed);
        var handle = (await RunClient.ConnectAsync(settings)).Find(parsed.GetValue(Run));
        try
        {
            var said = await send(handle);
            return Output.Write(parsed, new { id = handle.Id, said }, said);
        }
        catch (WorkflowUpdateFailedException exception)
        {
            return await CommandLine.FailAsync($"refused: {exception.InnerException?.Message}", ExitCodes.NotAllowed);
        }
        catch (RpcException exception) when (exception.Code == RpcException.StatusCode.NotFound)
        {
            return await CommandLine.FailAsync(
                $"{handle.Id} is not a run that goes on; ./pipeline status lists them", ExitCodes.BadInput);
        }
    }
}
