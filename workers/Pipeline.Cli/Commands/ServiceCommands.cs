using System.CommandLine;
using Pipeline.Cli.Services;
using Pipeline.Workflows;

namespace Pipeline.Cli.Commands;

/// <summary><c>up</c>, <c>down</c>, <c>logs</c>, <c>open</c>: the processes of the local deployment.</summary>
internal static class ServiceCommands
{
    public static IEnumerable<Command> All() => [Up(), Down(), Logs(), Open(), Supervise()];

    private static Command Up()
    {
        var command = new Command("up", "start engine, worker pools and gateway, and keep them running");
        command.SetAction(async (parsed, cancellation) =>
        {
            var (settings, _) = CommonOptions.Load(parsed);
            var deployment = await ServiceControl.UpAsync(settings, CommonOptions.Forwarded(parsed), cancellation);
            return Output.Write(
                parsed, new
                {
                    engine = deployment.EngineName,
                    webUi = deployment.WebUi,
                    gateway = $"{deployment.Gateway}v1"
                },
                $"engine   {deployment.EngineName}\nWeb UI   {deployment.WebUi}\ngateway  "
                    + $"{deployment.Gateway}v1\nlogs     ./pipeline logs; end with ./pipeline down");
        });
        return command;
    }

    private static Command Down()
    {
        var command = new Command("down", "let workers finish or hand over what they hold, then end everything");
        command.SetAction(async parsed =>
        {
            var ended = await ServiceControl.DownAsync();
            return Output.Write(parsed, new { ended }, ended ? "everything has ended" : "nothing was running");
        });
        return command;
    }

    private static Command Logs()
    {
        var name = new Argument<string?>("name")
        {
            Description = "engine, worker-cpu, worker-gpu, gateway, supervisor",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var lines = new Option<int>("--lines") { Description = "lines of each log", DefaultValueFactory = _ => 20 };
        var command = new Command("logs", "the end of the logs") { name, lines };
        command.SetAction(parsed =>
        {
            var folder = Path.Combine(Checkout.State, "logs");
            var files = Directory.Exists(folder)
                ? Directory.EnumerateFiles(folder, $"{parsed.GetValue(name) ?? "*"}.log").Order(StringComparer.Ordinal)
                    .ToList() : [];
            if (files.Count == 0)
            {
                throw new FileNotFoundException(
                    $"no log '{parsed.GetValue(name)}' in {folder}; ./pipeline up writes them");
            }

            var ends = files.Select(
                file => new { file, lines = File.ReadLines(file).TakeLast(parsed.GetValue(lines)).ToList() }).ToList();
            return Output.Write(
                parsed, ends, string.Join('\n', ends.Select(end => $"== {end.file}\n{string.Join('\n', end.lines)}")));
        });
        return command;
    }

    private static Command Open()
    {
        var command = new Command(
            "open", "print the addresses of Web UI and gateway, and open the Web UI where there is a browser");
        command.SetAction(async (parsed, cancellation) =>
        {
            var (settings, _) = CommonOptions.Load(parsed);
            var deployment = new Deployment(settings, []);
            Output.Write(parsed, new { webUi = deployment.WebUi, gateway = $"{deployment.Gateway}v1" },
                $"{deployment.WebUi}\n{deployment.Gateway}v1");
            return !parsed.GetValue(CommonOptions.Json)
                && Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 } && File.Exists("/usr/bin/xdg-open")
                ? await ChildProcess.RunAsync("/usr/bin/xdg-open", [deployment.WebUi.ToString()], cancellation)
                : ExitCodes.Ok;
        });
        return command;
    }

    // Started by `up` in the background.
    private static Command Supervise()
    {
        var command = new Command("supervise") { Hidden = true };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (settings, _) = CommonOptions.Load(parsed);
            await ServiceControl.SuperviseAsync(settings, CommonOptions.Forwarded(parsed), cancellation);
            return ExitCodes.Ok;
        });
        return command;
    }
}
