using System.Diagnostics;
using System.Text.Json;

namespace Pipeline.Repository.Tests;

/// <summary>
/// The analyzer of the workflows project refuses every line of its list: one method a line, compiled with the project's
/// own analyzer.
/// </summary>
[Trait("Tier", "e2e")]
public sealed class BannedSymbolsTests
{
    private static readonly string Project = Path.Combine(SourceFiles.Root, "workflows", "Pipeline.Workflows");

    private static readonly string[] Namespaces =
        ["System", "System.Collections.Generic", "System.Diagnostics", "System.IO", "System.Net.Http",
            "System.Threading", "System.Threading.Tasks"];

    private static readonly Lazy<Task<string>> Compiled = new(CompileAsync);

    public static TheoryData<string> Symbols => [.. Listed()];

    [Theory]
    [MemberData(nameof(Symbols))]
    public async Task Symbol_InAWorkflow_IsRefused(string symbol)
    {
        BannedSnippets.All.ShouldContainKey(symbol, "a line of BannedSymbols.txt without an example");
        var line = Listed().IndexOf(symbol) + 1;
        (await Compiled.Value).ShouldContain($"Workflow.cs({line},");
    }

    [Fact]
    public async Task Snippets_CompileApartFromTheBan()
    {
        var output = await Compiled.Value;
        output.Split('\n')
            .Where(line => line.Contains("error", StringComparison.Ordinal)
                && !line.Contains("RS0030", StringComparison.Ordinal)).ShouldBeEmpty();
        BannedSnippets.All.Keys.Except(Listed()).ShouldBeEmpty("examples of what is not listed");
    }

    private static List<string> Listed() =>
        [.. File.ReadLines(Path.Combine(Project, "BannedSymbols.txt")).Where(line => line.Length > 0)
            .Select(line => line.Split(';')[0])];

    private static async Task<string> CompileAsync()
    {
        var project = Path.Combine(Project, "Pipeline.Workflows.csproj");
        var resolved = await RunAsync(
            ["msbuild", project, "-restore", "-nologo", "-t:ResolvePackageAssets;ResolveLockFileAnalyzers",
                "-getItem:Analyzer", "-getProperty:RoslynTargetsPath"]);
        var root = JsonDocument.Parse(resolved[resolved.IndexOf('{', StringComparison.Ordinal)..]).RootElement;
        var analyzers = root.GetProperty("Items").GetProperty("Analyzer").EnumerateArray()
            .Select(item => item.GetProperty("FullPath").GetString()!)
            .Where(path => path.Contains("BannedApiAnalyzers", StringComparison.OrdinalIgnoreCase)).ToList();
        analyzers.ShouldNotBeEmpty("the workflows project has no analyzer of banned symbols");
        using var folder = new TempDirectory();
        await File.WriteAllLinesAsync(folder.Combine("Usings.cs"), Namespaces.Select(name => $"global using {name};"));
        await File.WriteAllLinesAsync(folder.Combine("Workflow.cs"), Listed().Select(Method));
        var compiler = Path.Combine(
            root.GetProperty("Properties").GetProperty("RoslynTargetsPath").GetString()!, "bincore", "csc.dll");
        return await RunAsync(
        [
            compiler, "-nologo", "-target:library", "-nullable", $"-out:{folder.Combine("out.dll")}",
            "-warnaserror+:RS0030",
            .. analyzers.Select(path => $"-analyzer:{path}"),
            $"-additionalfile:{Path.Combine(Project, "BannedSymbols.txt")}",
            .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
                .Where(path =>
                    path.StartsWith(Path.GetDirectoryName(typeof(object).Assembly.Location)!, StringComparison.Ordinal))
                .Select(path => $"-r:{path}"),
            folder.Combine("Usings.cs"), folder.Combine("Workflow.cs"),
        ]);
    }

    private static string Method(string symbol, int index) =>
        $"static class Example{index} {{ static async Task Run() {{ {BannedSnippets.All.GetValueOrDefault(symbol)} "
            + $"await Task.CompletedTask; }} }}";

    // The compiler's exit code says that there were refusals, which is what is asked for.
    private static async Task<string> RunAsync(IEnumerable<string> arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }
}
