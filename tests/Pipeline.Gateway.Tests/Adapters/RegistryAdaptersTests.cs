using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Tests.Support;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Tests.Adapters;

/// <summary>
/// A gateway that takes what it serves from the registry: alias to version, fetched, checked, loaded.
/// </summary>
public sealed class RegistryAdaptersTests : IAsyncLifetime
{
    private readonly TempDirectory _folder = new();
    private readonly List<string> _log = [];
    private TestRegistry? _registry;
    private TestGateway? _gateway;

    private TestGateway Gateway => _gateway ?? throw new InvalidOperationException("not started");

    private TestRegistry Registry => _registry ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        _registry = new TestRegistry(_folder.Combine("store"));
        _gateway = await TestGateway.StartAsync(
            parts: parts =>
            {
                var adapters =
                    new RegistryAdapters(Registry.Registry, parts.Catalog, _folder.Combine("served"), 64, _log.Add);
                return parts with { Refresh = adapters.RefreshAsync, Arriving = adapters.BringAsync };
            },
            store: _folder.Combine("store"));
        await Registry.RegisterAsync(Make("one"));
        await Registry.RegisterAsync(Make("two"));
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task S2_29_Champion_IsFetchedAndServedUnderThePlainName_AndFollowsTheAlias()
    {
        (await StatusAsync("packages")).ShouldBe(404);
        await Registry.MoveAsync("champion", 1);
        await RefreshAsync();
        (await VersionAsync("packages"), await VersionAsync("packages@1")).ShouldBe(("1", "1"));
        Directory.EnumerateDirectories(_folder.Combine("served")).Count().ShouldBe(1);

        await Registry.MoveAsync("champion", 2);
        await RefreshAsync();
        (await VersionAsync("packages"), await VersionAsync("packages@1")).ShouldBe(("2", "1"));
        Gateway.Fake.Loads.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Challenger_WithoutAChampion_IsNotServedUnderThePlainName()
    {
        await Registry.MoveAsync("challenger", 2);
        await RefreshAsync();
        (await StatusAsync("packages")).ShouldBe(404);
        (await Gateway.Client.GetStringAsync("/v1/models")).ShouldNotContain("\"id\":\"packages\"");
        (await VersionAsync("packages@2")).ShouldBe("2");
    }

    [Fact]
    public async Task RemovedAliasAndDeletedVersion_AreServedNoMore()
    {
        await Registry.MoveAsync("champion", 1);
        await Registry.MoveAsync("challenger", 2);
        await RefreshAsync();
        await Registry.MoveAsync("challenger", null);
        await Registry.Registry.DeleteAsync("packages", 2, "ada", "bad");
        await Registry.MoveAsync("champion", null);
        await RefreshAsync();
        (await StatusAsync("packages"), await StatusAsync("packages@2")).ShouldBe((404, 404));
        Gateway.Catalog.Aliases().Keys.ShouldBe(["packages"]);
    }

    [Fact]
    public async Task F37_TamperedPackage_IsRefusedOnceInTheLog_AndThePreviousVersionServesOn()
    {
        await Registry.MoveAsync("champion", 1);
        await RefreshAsync();
        var two = await Registry.Registry.ResolveAsync("packages@2");
        var manifest = await Registry.Registry.Artifacts.FindAsync(two.PackageKind, two.Package);
        var weights = manifest.ShouldNotBeNull().Files.Single(file => file.Name == "adapter_model.safetensors");
        foreach (var blob in Directory.EnumerateFiles(
            _folder.Combine("store"), "*" + weights.Sha256[4..] + "*", SearchOption.AllDirectories))
        {
            File.WriteAllText(blob, "swapped");
        }

        await Registry.MoveAsync("champion", 2);
        await RefreshAsync();
        await RefreshAsync();
        (await VersionAsync("packages")).ShouldBe("1");
        _log.Count(line => line.StartsWith("adapter packages@2 is not served", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task TrafficState_BringsVersionsThatNoAliasNames_BeforeItIsInForce()
    {
        var two = await Registry.Registry.ResolveAsync("packages@2");
        await Gateway.SetTrafficAsync(
            new TrafficState
            {
                Alias = "help",
                Stable = new TrafficArm { Adapter = "packages@2", Digest = two.Package },
            });
        (await VersionAsync("help")).ShouldBe("2");
        (await StatusAsync("packages")).ShouldBe(404);
    }

    [Fact]
    public async Task DamagedTrafficObject_DoesNotHideTheRollbackOfAnotherAlias()
    {
        await Registry.MoveAsync("champion", 1);
        await Gateway.SetTrafficAsync(
            new TrafficState { Alias = "aaa", Stable = new TrafficArm { Adapter = "packages@1" } });
        await Gateway.SetTrafficAsync(
            new TrafficState
            {
                Alias = "zzz",
                Stable = new TrafficArm { Adapter = "packages@1" },
                Candidate = new TrafficArm { Adapter = "packages@2" },
                CandidatePercent = 50,
            });
        foreach (var path in Directory.EnumerateFiles(_folder.Combine("store"), "*", SearchOption.AllDirectories)
            .Where(path => path.Contains("/aaa", StringComparison.Ordinal)).ToList())
        {
            var damaged = path.Replace("/aaa", "/aab", StringComparison.Ordinal);
            Directory.CreateDirectory(Path.GetDirectoryName(damaged) ?? "");
            File.WriteAllText(damaged, "{");
        }

        await Gateway.Traffic.RollBackAsync("zzz", "ada", "bad");
        (await Gateway.Admin.PostAsync("/admin/traffic/refresh", null)).IsSuccessStatusCode.ShouldBeFalse();
        (await Gateway.AdminAsync("/admin/traffic/zzz")).GetProperty("state").GetProperty("candidatePercent")
            .GetDouble().ShouldBe(0);
    }

    private async Task RefreshAsync() =>
        (await Gateway.Admin.PostAsync("/admin/traffic/refresh", null)).EnsureSuccessStatusCode();

    private async Task<int> StatusAsync(string model) =>
        (await Gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", model))).Status;

    private async Task<string> VersionAsync(string model)
    {
        var (status, body, response) = await Gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", model));
        status.ShouldBe(200, body.ToString());
        return response.Headers.GetValues("X-Adapter-Version").Single();
    }

    private string Make(string name)
    {
        var directory = Directory.CreateDirectory(_folder.Combine(name)).FullName;
        File.WriteAllText(Path.Combine(directory, "adapter_config.json"),
            """{"peft_type":"LORA","task_type":"CAUSAL_LM","r":4,"lora_alpha":8,"target_modules":["q_proj"]}""");
        File.WriteAllText(Path.Combine(directory, "adapter_model.safetensors"), name);
        return directory;
    }
}
