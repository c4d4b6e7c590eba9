using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pipeline.Cli.MainJob;

/// <summary>The data stages of the main job, each run by the tools executable into a folder of its own; finished stages are reused.</summary>
/// <remarks>The folder is named by the digest of the raw version and of the code that works on it, and a stage writes its summary last.</remarks>
internal sealed class DataStages
{
    private static readonly string[] Texts = ["--field", "description", "--field", "long_description"];

    private readonly string _lists;
    private readonly string _folder;

    /// <param name="lists">Folder of the package indexes.</param>
    /// <param name="rawVersion">Version id of the raw dataset.</param>
    public DataStages(string lists, string rawVersion)
    {
        _lists = lists;
        var code = Path.Combine(Path.GetDirectoryName(Checkout.Assembly("Pipeline.Tools")) ?? Checkout.State, "Pipeline.Data.dll");
        Version = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(rawVersion + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(code))))))[..16];
        _folder = Path.Combine(Checkout.State, "runs", Version);
    }

    /// <summary>Digest of input and code; names the folder.</summary>
    public string Version { get; }

    /// <summary>Runs what is not finished yet.</summary>
    /// <returns>The stages in order, with their counts and files.</returns>
    public async Task<IReadOnlyList<DataStageResult>> RunAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(_folder);
        var rows = Path.Combine(_folder, "rows", "rows.jsonl");
        Directory.CreateDirectory(Path.GetDirectoryName(rows) ?? _folder);
        return
        [
            await StageAsync("rows", ["debian", "--lists", _lists, "--out", rows], cancellation),
            await StageAsync("holdout", ["holdout", rows, "--out", Of("holdout"), "--stratify", "section"], cancellation),
            await StageAsync("clean", ["clean", Of("holdout", "train.jsonl"), "--out", Of("clean")], cancellation),
            await StageAsync("dedup", ["dedup", Of("clean", "rows.jsonl"), "--out", Of("dedup"), .. Texts], cancellation),
            await StageAsync("split", ["split", Of("dedup", "rows.jsonl"), "--out", Of("split"), "--stratify", "section", .. Texts], cancellation),
        ];
    }

    private string Of(params string[] parts) => Path.Combine([_folder, .. parts]);

    private async Task<DataStageResult> StageAsync(string name, string[] arguments, CancellationToken cancellation)
    {
        var done = Of(name, "stage.json");
        if (File.Exists(done))
        {
            return new DataStageResult(name, Of(name), JsonDocument.Parse(await File.ReadAllTextAsync(done, cancellation)).RootElement, Reused: true, TimeSpan.Zero);
        }

        await Console.Error.WriteLineAsync($"{name}: running");
        var clock = Stopwatch.StartNew();
        var (code, output) = await ChildProcess.CaptureAsync(
            "dotnet", [Checkout.Assembly("Pipeline.Tools"), "data", .. arguments, "--json"], cancellation: cancellation);
        var summary = output.Split('\n').LastOrDefault(line => line.StartsWith('{'));
        if (code != 0 || summary is null)
        {
            throw new InvalidDataException($"stage {name} failed ({code}); its earlier stages are kept in {_folder}\n{output.Trim()}");
        }

        await File.WriteAllTextAsync(done + ".part", summary, cancellation);
        File.Move(done + ".part", done, overwrite: true);
        return new DataStageResult(name, Of(name), JsonDocument.Parse(summary).RootElement, Reused: false, clock.Elapsed);
    }
}

/// <summary>What a data stage did.</summary>
/// <param name="Name">Name of the stage.</param>
/// <param name="Folder">Folder of its files.</param>
/// <param name="Summary">Counts and digests, as the stage printed them.</param>
/// <param name="Reused">Whether an earlier run had finished it.</param>
/// <param name="Duration">Wall time of this run.</param>
internal sealed record DataStageResult(string Name, string Folder, JsonElement Summary, bool Reused, TimeSpan Duration)
{
    /// <summary>One line for people.</summary>
    /// <returns>Rows in and out with the reasons of removals, or the sizes of the parts.</returns>
    public string Describe()
    {
        var time = Reused ? "cache hit" : $"{Duration.TotalSeconds:0.0} s";
        if (Summary.TryGetProperty("heldOut", out var heldOut))
        {
            return $"{Name,-8} {Summary.GetProperty("rows").GetInt64(),7:N0} rows, {heldOut.GetInt64():N0} held out before any cleaning  ({time})";
        }

        if (Summary.TryGetProperty("parts", out var parts))
        {
            return $"{Name,-8} {string.Join(", ", parts.EnumerateObject().Select(part => $"{part.Name} {part.Value.GetInt64():N0}"))}  ({time})";
        }

        var rows = Summary.GetProperty("rows");
        var removed = string.Join(", ", rows.GetProperty("removed").EnumerateObject().Select(reason => $"{reason.Name} {reason.Value.GetInt64():N0}"));
        var found = Summary.TryGetProperty("piiSpans", out var spans)
            ? "; replaced " + string.Join(", ", spans.EnumerateObject().Select(kind => $"{kind.Name} {kind.Value.GetInt64():N0}")) : "";
        return $"{Name,-8} {rows.GetProperty("in").GetInt64(),7:N0} → {rows.GetProperty("out").GetInt64():N0} rows" +
            $"{(removed.Length > 0 ? $"; removed {removed}" : "")}{found}  ({time})";
    }
}
