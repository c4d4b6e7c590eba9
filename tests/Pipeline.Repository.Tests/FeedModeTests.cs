using System.Diagnostics;

namespace Pipeline.Repository.Tests;

/// <summary>
/// The swap of an official package for the project of the same name, both ways, on a project made for the purpose.
/// </summary>
public sealed class FeedModeTests
{
    [Theory]
    [InlineData("false", "ProjectReference", "PackageReference")]
    [InlineData("true", "PackageReference", "ProjectReference")]
    public async Task TorchSharp_Reference_FollowsTheMode(string official, string expected, string absent)
    {
        using var folder = new TempDirectory();
        foreach (var name in new[] { "Directory.Build.props", "Directory.Build.targets" })
        {
            File.Copy(Path.Combine(SourceFiles.Root, name), folder.Combine(name));
        }

        await File.WriteAllTextAsync(
            folder.Combine("Probe.csproj"),
            "<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup><PackageReference Include=\"TorchSharp\" "
                + "/></ItemGroup></Project>");
        var output = await RunAsync(
            "msbuild", folder.Combine("Probe.csproj"), $"-p:OfficialPackages={official}",
            "-getItem:PackageReference,ProjectReference");
        var items = System.Text.Json.JsonDocument.Parse(output).RootElement.GetProperty("Items");
        string Names(string kind) =>
            string.Join(
                ' ', items.GetProperty(kind).EnumerateArray().Select(item => item.GetProperty("Identity").GetString()));
        Names(expected).ShouldContain("TorchSharp");
        Names(absent).ShouldNotContain("TorchSharp");
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, output);
        return output;
    }
}
