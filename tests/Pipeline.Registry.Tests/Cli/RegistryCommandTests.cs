using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Registry.Models;
using Pipeline.Registry.Storage.Directories;
using Pipeline.Registry.Tests.Models;
using Pipeline.Registry.Tests.Webhooks;
using Pipeline.Tools;

namespace Pipeline.Registry.Tests.Cli;

/// <summary>The verb as people and scripts use it: the executable, its output and its exit codes.</summary>
[Trait("Tier", "workflow")]
public sealed class RegistryCommandTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Verb_BaseToLineage_ShowsMovesAndExplains()
    {
        var registry = new ModelRegistry(new DirectoryObjectStore(_folder.Combine("store")));
        await registry.RegisterAsync(
            await Sample.RequestAsync(registry, "a", "a", await Sample.LineageAsync(registry)));
        await Sample.RegisterAsync(registry, "b");
        await registry.ChangeNotesAsync("packages", null, notes => notes with { Description = "=cmd()|'calc', \"x\"" });

        var added = await RunAsync(
            "register-base", Path.Combine(Repository.Root, "infra", "models", "bookworm-6m"), "--licence", "MIT");
        added.Output.ShouldStartWith("bookworm-6m revision main: llama, 5,786,368 parameters, bf16, ");
        (await RunAsync("alias", "packages", "champion", "1", "--as", "ada", "--reason", "passed")).Output.ShouldBe(
            "packages@champion: none → 1 (entry 1)\n");
        var blocked = await RunAsync("alias", "packages", "champion", "2", "--reason", "hurry");
        (blocked.Code, blocked.Error).ShouldBe((5, blocked.Error));
        blocked.Error.ShouldStartWith("error: E-REG-GATE: ");
        (await RunAsync("alias", "packages", "champion", "2", "--expect", "2", "--reason", "x", "--waive-gates",
            "y")).Code.ShouldBe(6);
        (await RunAsync("show", "packages@nobody")).Code.ShouldBe(3);

        var list = JsonDocument.Parse((await RunAsync("list", "--json")).Output).RootElement;
        list.GetProperty("models")[0].GetProperty("aliases").GetProperty("champion").GetInt32().ShouldBe(1);
        list.GetProperty("bases").GetArrayLength().ShouldBe(2);
        (await RunAsync("show", "packages")).Output.ShouldContain("AliasMoved champion");
        var graph = JsonDocument.Parse((await RunAsync("lineage", "packages@champion", "--json")).Output).RootElement;
        graph.GetProperty("missing").GetArrayLength().ShouldBe(0);
        await RunAsync("lineage", "packages@champion", "--html", _folder.Combine("lineage.html"));
        File.ReadAllText(_folder.Combine("lineage.html")).ShouldContain("s3://raw/part-1.jsonl");
        (await RunAsync("diff", "packages@1", "packages@2")).Output.ShouldContain("lineage dataset");
        (await RunAsync("list", "--csv")).Output.ShouldContain("\"'=cmd()|'calc', \"\"x\"\"\"\r\n");
    }

    [Fact]
    public async Task Pull_Version_WritesItsFilesOnceAndRefusesChangedOnes()
    {
        var registry = new ModelRegistry(new DirectoryObjectStore(_folder.Combine("store")));
        var version = await Sample.RegisterAsync(registry, "a");
        var files = (await registry.Artifacts.FindAsync(version.PackageKind, version.Package))!.Files;
        var target = _folder.Combine("pulled");

        var pulled = JsonDocument.Parse((await RunAsync("pull", "packages@1", "--out", target, "--json")).Output);
        pulled.RootElement.GetProperty("package").GetString().ShouldBe(version.Package);
        files.ShouldNotBeEmpty();
        foreach (var file in files)
        {
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(target, file.Name))))
                .ShouldBe(file.Sha256);
        }

        (await RunAsync("pull", "packages@1", "--out", target)).Code.ShouldBe(0, "it is there already");
        File.AppendAllText(Path.Combine(target, files[0].Name), "x");
        var again = await RunAsync("pull", "packages@1", "--out", target);
        (again.Code, again.Error).ShouldBe(
            (3, $"error: {target} is not empty; a package is unpacked into an empty directory\n"));
        var blob = Directory.EnumerateFiles(_folder.Combine("store"), files[0].Sha256, SearchOption.AllDirectories)
            .First();
        File.Delete(blob);
        File.WriteAllText(blob, "other");
        (await RunAsync("pull", "packages@1", "--out", _folder.Combine("changed"))).Code.ShouldBe(6);
        Directory.Exists(_folder.Combine("changed")).ShouldBeFalse();
    }

    [Fact]
    public async Task Webhook_AddAndDeliver_SendsEventsToAllowedHostsOnly()
    {
        using var receiver = new Receiver();
        var url = $"http://127.0.0.1:{receiver.Port}/hook";
        var registry = new ModelRegistry(new DirectoryObjectStore(_folder.Combine("store")));
        await Sample.RegisterAsync(registry, "a");
        var refused = await RunAsync("webhook", "add", "packages", url);
        refused.Code.ShouldBe(7);
        refused.Error.ShouldContain("not on the list of allowed webhook hosts");
        _environment["PIPELINE_WEBHOOK_HOSTS"] = $"127.0.0.1:{receiver.Port}";
        (await RunAsync("webhook", "add", "packages", url)).Code.ShouldBe(0);
        await registry.MoveAliasAsync(Sample.Move("challenger", 1, null));
        var delivered = JsonDocument.Parse((await RunAsync("webhook", "deliver", "--json")).Output).RootElement[0];
        (delivered.GetProperty("delivered").GetInt32(), delivered.GetProperty("failure").GetString()).ShouldBe((1, ""));
        JsonDocument.Parse((await RunAsync("webhook", "deliver", "--json")).Output).RootElement[0]
            .GetProperty("delivered").GetInt32().ShouldBe(0);
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [typeof(CommandRunner).Assembly.Location, "registry", .. arguments, "--store", _folder.Combine("store")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _environment.ToList().ForEach(pair => start.Environment[pair.Key] = pair.Value);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }
}
