using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Runs;
using Pipeline.Workflows;
using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.FineTuning;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Pipeline.Cli.Commands;

/// <summary><c>approve</c>, <c>reject</c>, <c>waive</c>, <c>retry</c>, <c>abort</c>: what people send to a run.</summary>
internal static class DecisionCommands
{
    private static readonly Argument<string?> Run = new("run") { Description = "id of the run (default: the last one started here)", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string> As = new("--as") { Description = "your name", DefaultValueFactory = _ => Owner.Name };
    private static readonly Option<string> Reason = new("--reason") { Description = "why", DefaultValueFactory = _ => "" };
    private static readonly Option<string> Digest = new("--digest") { Description = "digest that you decide on (default: what is awaited now)", DefaultValueFactory = _ => "" };
    private static readonly Option<string?> Key = new("--key") { Description = "your private key, PEM; needed where the settings name keys of approvers" };
    private static readonly Option<string> Stage = new("--stage") { Description = "parked stage, or an earlier one", DefaultValueFactory = _ => "" };
    private static readonly Option<string?> Change = new("--change") { Description = "JSON with changed fields of the input" };

    public static IEnumerable<Command> All() =>
    [
        Decide("approve", "approved", "approve what a run awaits", (handle, input) => handle.ExecuteUpdateAsync(wf => wf.ApproveAsync(input))),
        Decide("reject", "rejected", "reject what a run awaits", (handle, input) => handle.ExecuteUpdateAsync(wf => wf.RejectAsync(input))),
        Decide("waive", "waived", "waive a failed gate; a second person must do so too", (handle, input) => handle.ExecuteUpdateAsync(wf => wf.WaiveAsync(input))),
        Retry(),
        Abort(),
    ];

    private static Command Decide(string name, string verdict, string description, Func<WorkflowHandle<FineTuneWorkflow, FineTuneResult>, DecisionInput, Task> send)
    {
        var command = new Command(name, description) { Run, As, Reason, Digest, Key };
        command.SetAction((parsed, _) => SendAsync(parsed, async handle =>
        {
            var open = await handle.QueryAsync(wf => wf.Awaited);
            var digest = parsed.GetValue(Digest) is { Length: > 0 } given ? given : open?.Digest ?? "";
            var input = new DecisionInput { By = parsed.GetValue(As) ?? "", Digest = digest, Reason = parsed.GetValue(Reason) ?? "" };
            await send(handle, parsed.GetValue(Key) is { } key && open is not null ? Sign(handle.Id, open, verdict, input, key) : input);
            return $"{name}: recorded for {digest[..Math.Min(12, digest.Length)]}";
        }));
        return command;
    }

    // The key is read where it lies and goes nowhere.
    private static DecisionInput Sign(string run, ApprovalRequest open, string verdict, DecisionInput input, string keyFile)
    {
        try
        {
            return input with { Signature = DecisionSignature.Sign(File.ReadAllText(keyFile), DecisionSignature.TextOf(run, open, verdict, input)) };
        }
        catch (Exception exception) when (exception is ArgumentException or System.Security.Cryptography.CryptographicException)
        {
            throw new ArgumentException($"{keyFile} holds no private key of an elliptic curve; make one with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`", nameof(keyFile), exception);
        }
    }

    private static Command Retry()
    {
        var command = new Command("retry", "run a parked stage again, or go back to an earlier one") { Run, Stage, Change, As };
        command.SetAction((parsed, _) => SendAsync(parsed, handle =>
        {
            var change = parsed.GetValue(Change) is { } text ? JsonDocument.Parse(text).RootElement : (JsonElement?)null;
            var input = new RetryStageInput { Stage = parsed.GetValue(Stage) ?? "", ChangedParameters = change, By = parsed.GetValue(As) ?? "" };
            return handle.ExecuteUpdateAsync(wf => wf.RetryStageAsync(input));
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

    private static async Task<int> SendAsync(ParseResult parsed, Func<WorkflowHandle<FineTuneWorkflow, FineTuneResult>, Task<string>> send)
    {
        var (settings, _) = CommonOptions.Load(parsed);
        var handle = (await RunClient.ConnectAsync(settings)).Find(parsed.GetValue(Run));
        try
        {
            Console.Out.WriteLine(await send(handle));
            return ExitCodes.Ok;
        }
        catch (WorkflowUpdateFailedException exception)
        {
            return await CommandLine.FailAsync($"refused: {exception.InnerException?.Message}", ExitCodes.NotAllowed);
        }
        catch (RpcException exception) when (exception.Code == RpcException.StatusCode.NotFound)
        {
            return await CommandLine.FailAsync($"{handle.Id} is not a run that goes on; ./pipeline status lists them", ExitCodes.BadInput);
        }
    }
}
