using System.Diagnostics;

namespace Pipeline.Repository.Tests;

/// <summary>The <c>pipeline</c> script as people call it: any folder, poor environments, wrong words.</summary>
public sealed class EntryScriptTests
{
    private static readonly string Script = Path.Combine(SourceFiles.Root, "pipeline");

    [Fact]
    public async Task Help_ListsTheVerbs()
    {
        var (code, output) = await RunAsync("help");
        code.ShouldBe(0);
        output.ShouldContain("test [TEXT]");
    }

    [Fact]
    public async Task Doctor_NamesEachRequirement()
    {
        var (_, output) = await RunAsync("doctor");
        foreach (var name in new[] { ".NET SDK", "Node.js", "libtorch-dev", "libopenblas0-pthread", "GPU", "packages",
            "engine" })
        {
            output.ShouldContain(name);
        }
    }

    [Fact]
    public async Task B65_UnknownVerb_ExitsWithTwoAndAHint()
    {
        var (code, output) = await RunAsync("cnofig");
        code.ShouldBe(2);
        output.ShouldContain("did you mean 'config'?");
    }

    [Fact]
    public async Task B65_NoHomeOddLocaleOtherFolder_StillWorks()
    {
        var (code, output) = await RunAsync("config", start =>
        {
            start.WorkingDirectory = "/";
            start.Environment.Clear();
            start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
            start.Environment["LC_ALL"] = "de_DE.ISO-8859-1";
        });
        code.ShouldBe(0, output);
        output.ShouldContain("store.kind");
    }

    [Fact]
    public async Task Config_Problems_ExitWithTwo()
    {
        var (code, output) = await RunAsync("config", start => start.ArgumentList.Add("--set=gateway.port=0"));
        code.ShouldBe(2);
        output.ShouldContain("gateway.port");
    }

    private static async Task<(int Code, string Output)> RunAsync(
        string verb, Action<ProcessStartInfo>? configure = null)
    {
        var start = new ProcessStartInfo(Script, [verb])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        configure?.Invoke(start);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }
}
