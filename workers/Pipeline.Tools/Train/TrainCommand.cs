using System.CommandLine;
using System.Runtime.InteropServices;
using Pipeline.Llm.Training;
using Pipeline.Llm.Training.Checkpointing;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Memory;
using Pipeline.Workflows;

namespace Pipeline.Tools.Train;

/// <summary><c>train</c>: fine-tunes a model directory on JSONL rows, without an engine.</summary>
internal static class TrainCommand
{
    private const int Terminated = 143;

    private static readonly Option<FileInfo?> Config = new("--config")
    {
        Description = "recipe (YAML); without one, the defaults",
    };
    private static readonly Option<FileSystemInfo[]> Data = new("--data")
    {
        Description = "JSONL rows of any known format, or the folder of a built dataset; repeatable",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<FileSystemInfo[]> EvalData = new("--eval-data")
    {
        Description = "rows for the evaluation loss, as with --data",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<DirectoryInfo> Model = new("--model")
    {
        Description = "model directory",
        Required = true,
    };
    private static readonly Option<DirectoryInfo> Out = new("--out")
    {
        Description = "folder for checkpoints, events and the result",
        Required = true,
    };

    private static readonly Option<bool> Resume = new("--resume")
    {
        Description = "continue from the newest intact checkpoint",
    };

    public static Command Create()
    {
        var command =
            new Command("train", "Fine-tune a model on local rows.") { Config, Data, EvalData, Model, Out, Resume };
        command.SetAction((parsed, cancellationToken) =>
        {
            // Tensors, scopes and gradient mode belong to one thread.
            var result = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            var thread = new Thread(() => Complete(result, () => Run(parsed, cancellationToken)))
            {
                Name = "training",
                IsBackground = true,
            };
            thread.Start();
            return result.Task;
        });
        return command;
    }

    private static void Complete(TaskCompletionSource<int> result, Func<int> run)
    {
        try
        {
            result.SetResult(run());
        }
        catch (Exception exception)
        {
            result.SetException(exception);
        }
    }

    private static int Run(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var isTerminated = false;
        using var interrupt = PosixSignalRegistration.Create(
            PosixSignal.SIGINT, context => (context.Cancel, _) = (true, stop.CancelAsync()));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            (context.Cancel, isTerminated) = (true, true);
            stop.Cancel();
        });
        try
        {
            Train(parsed, stop.Token);
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException exception)
        {
            const string stopped = "stopped; a full checkpoint is written, go on with --resume";
            return isTerminated
                ? Answer.FailAsync(parsed.GetValue(Answer.Json), stopped, Terminated).GetAwaiter().GetResult()
                : throw new OperationCanceledException(stopped, exception);
        }
        catch (Exception exception) when (ExitCodeOf(exception) is { } code)
        {
            return Answer.FailAsync(parsed.GetValue(Answer.Json), exception.Message, code).GetAwaiter().GetResult();
        }
    }

    private static int? ExitCodeOf(Exception exception) => exception switch
    {
        OutOfDeviceMemoryException or DoesNotFitException => ExitCodes.Resources,
        CheckpointException => ExitCodes.Usage,
        StaleAttemptException => ExitCodes.NotAllowed,
        _ => null,
    };

    private static void Train(ParseResult parsed, CancellationToken cancellation)
    {
        var recipe = parsed.GetValue(Config) is { } file ? RecipeFile.Read(file) : new();
        var (model, output) = (parsed.GetRequiredValue(Model).FullName, parsed.GetRequiredValue(Out).FullName);
        var reader = new RowReader(model);
        var data = reader.Read(parsed.GetRequiredValue(Data));
        var evaluation = parsed.GetValue(EvalData) is { Length: > 0 } files ? reader.Read(files) : null;
        var tokens = Enumerable.Range(0, data.Count).Sum(index => (long)data.Tokens(index));
        Console.Error.WriteLine($"{data.Count:N0} rows, {tokens:N0} tokens");
        var console = new TrainConsole(Console.Error, !Console.IsErrorRedirected);
        var control = new RunControl
        {
            Progress = console,
            Cancellation = cancellation,
            Resume = parsed.GetValue(Resume),
            Log = Console.Error.WriteLine,
        };
        var result = new TrainJob(recipe, model, Console.Error.WriteLine).Run(data, evaluation, output, control);
        console.Summary(result);
        Answer.Document(parsed, result);
    }
}
