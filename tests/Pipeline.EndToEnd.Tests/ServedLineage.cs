using System.Diagnostics;
using System.Text.Json;
using Pipeline.Workflows.FineTuning;

namespace Pipeline.EndToEnd.Tests;

/// <summary>What the commands say about the version that a finished run left as champion.</summary>
/// <param name="Json">Output of <c>registry lineage --json</c>.</param>
/// <param name="Page">The page that <c>registry lineage --html</c> writes.</param>
public sealed record ServedLineage(JsonElement Json, string Page)
{
    /// <summary>Nodes of a kind.</summary>
    public IReadOnlyList<JsonElement> Of(string kind) => [.. Json.GetProperty("nodes").EnumerateArray()
        .Where(node => node.GetProperty("kind").GetString() == kind)];

    /// <summary>Asks the commands.</summary>
    public static async Task<ServedLineage> ReadAsync(string folder, FineTuneResult result)
    {
        var address = $"models:/{result.Version.ShouldNotBeNull().Name}@champion";
        var (store, page) = (Path.Combine(folder, "store"), Path.Combine(folder, "lineage.html"));
        var json = await RunAsync("registry", "lineage", address, "--store", store, "--json");
        (await RunAsync("registry", "lineage", address, "--store", store, "--html", page)).ShouldContain(page);
        return new(JsonSerializer.Deserialize<JsonElement>(json), await File.ReadAllTextAsync(page));
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var assembly = Path.Combine(
            Repository.Root, ".pipeline", "build", "bin", "Pipeline.Tools", "release", "Pipeline.Tools.dll");
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["PIPELINE_ROOT"] = Repository.Root;
        using var process = Process.Start(start) ?? throw new InvalidOperationException("the command did not start");
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, output);
        return output;
    }
}
