using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Pipeline.Llm.Training.Tests.Processes;

/// <summary>
/// Runs <c>train</c> in processes of its own, on a few rows of the reference task and the base model of the repository.
/// </summary>
internal sealed partial class TrainProcess : IDisposable
{
    private const string Recipe = """
        adapter: {preset: seed0-attn4, rank: 4, alpha: 8}
        learning_rate: 1e-3
        warmup_steps: 2
        max_steps: 8
        micro_batch: 1
        accumulation: 2
        precision: float32
        threads: 1
        log_every: 3
        save_every: 2
        eval_every: 0
        """;

    private readonly TempDirectory _folder = new();

    public TrainProcess(string recipe = Recipe, int rows = 12)
    {
        File.WriteAllText(_folder.Combine("recipe.yaml"), recipe);
        File.WriteAllLines(_folder.Combine("rows.jsonl"),
            File.ReadLines(Fixtures.Require("reference-finetune/train.jsonl")).Take(rows));
    }

    /// <summary>Starts a run; it continues when there is something to continue from.</summary>
    public Process Start(string output, string? faults = null)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "Pipeline.Tools.dll"), "train", "--config",
            _folder.Combine("recipe.yaml"),
            "--data", _folder.Combine("rows.jsonl"), "--model",
            Path.Combine(Repository.Root, "infra", "models", "bookworm-6m"),
            "--out", _folder.Combine(output), "--resume",
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["PIPELINE_FAULTS"] = faults ?? "";
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
    }

    /// <summary>Runs to the end of the process.</summary>
    public (int ExitCode, string Errors) Run(string output, string? faults = null)
    {
        using var process = Start(output, faults);
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }

    /// <summary>The adapter's bytes and the events, without what differs between any two runs.</summary>
    public string Result(string output) =>
        Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(
                File.ReadAllBytes(_folder.Combine(output, "result", "adapter_model.safetensors"))))
        + string.Concat(
            File.ReadLines(_folder.Combine(output, "events.jsonl")).Select(line => "\n" + Varying().Replace(line, "")));

    public string Checkpoints(string output) => _folder.Combine(output, "checkpoints");

    public static void Signal(Process process, PosixSignal signal) =>
        _ = Kill(process.Id, signal == PosixSignal.SIGTERM ? 15 : 2);

    public void Dispose() => _folder.Dispose();

    [GeneratedRegex("\"(tokensPerSecond|peakMemoryBytes)\":[^,]*,", RegexOptions.None, 1000)]
    private static partial Regex Varying();

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Kill(int pid, int signal);
}
