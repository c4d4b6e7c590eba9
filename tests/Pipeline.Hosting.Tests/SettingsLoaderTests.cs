using System.Collections;
using Pipeline.Hosting.Configuration;

namespace Pipeline.Hosting.Tests;

public sealed class SettingsLoaderTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    [Fact]
    public void Load_TheShippedFile_IsValid()
    {
        var (settings, _) =
            SettingsLoader.Load(Path.Combine(Repository.Root, "temporal.yaml"), environment: new Hashtable());
        settings.Pools.Keys.ShouldBe(["cpu", "gpu"], ignoreOrder: true);
        settings.Pools["gpu"].Queues.ShouldBe(["pipeline-gpu"]);
    }

    [Fact]
    public void Load_Precedence_DefaultFileEnvironmentCommandLine()
    {
        var file = Write("gateway:\n  port: 1001\n  maxBatch: 2\nengine:\n  port: 1001\nretention:\n  logDays: 3\n");
        var environment = new Hashtable
        {
            ["PIPELINE_GATEWAY__PORT"] = "1002",
            ["PIPELINE_ENGINE__PORT"] = "1002",
            ["TEMPORAL_NAMESPACE"] = "ns",
        };
        var (settings, effective) = SettingsLoader.Load(file, ["engine.port=1003"], environment);
        settings.Retention.Checkpoints.ShouldBe(2);
        settings.Retention.LogDays.ShouldBe(3);
        settings.Gateway.Port.ShouldBe(1002);
        settings.Engine.Port.ShouldBe(1003);
        settings.Engine.Namespace.ShouldBe("ns");
        string Origin(string path) => effective.Single(row => row.Path == path).Origin;
        Origin("retention.checkpoints").ShouldBe("default");
        Origin("retention.logDays").ShouldBe("temporal.yaml:7");
        Origin("gateway.port").ShouldBe("environment PIPELINE_GATEWAY__PORT");
        Origin("engine.port").ShouldBe("command line");
    }

    [Fact]
    public void Load_Secrets_AreMasked()
    {
        var (_, effective) =
            SettingsLoader.Load(null, environment: new Hashtable { ["TEMPORAL_API_KEY"] = "hush-hush" });
        effective.ShouldNotContain(row => row.Value.Contains("hush"));
        effective.Single(row => row.Path == "engine.apiKey").Value.ShouldBe("********");
    }

    [Theory]
    [InlineData("stor:\n  kind: s3\n", "did you mean 'store'?")]
    [InlineData("store:\n  pth: x\n", "did you mean 'path'?")]
    [InlineData("gateway:\n  port: many\n", "must be a whole number")]
    [InlineData("gateway:\n  port: [1, 2]\n", "takes one value")]
    [InlineData("store:\n  kind: ftp\n", "one of directory, s3")]
    [InlineData("store: !!System.IO.FileInfo\n  path: x\n", "YAML tags")]
    [InlineData("a: &a [x]\nengine:\n  port: *a\n", "anchors are not accepted")]
    [InlineData("gateway:\n  port: 1\n  port: 2\n", "set twice")]
    [InlineData("gateway:\n\tport: 1\n", "not valid YAML")]
    [InlineData("- a\n- b\n", "must be a mapping")]
    [InlineData("store:\n  path: \"a\\0b\"\n", "NUL")]
    public void B47_MalformedFile_SaysWhatAndWhere(string yaml, string expected)
    {
        var error =
            Should.Throw<ConfigurationException>(() => SettingsLoader.Load(Write(yaml), environment: new Hashtable()));
        error.Message.ShouldContain(expected);
        error.Message.ShouldContain("temporal.yaml:");
    }

    [Fact]
    public void B47_AliasBomb_IsRefusedWithoutExpansion()
    {
        var bomb = "a0: &a0 [x, x]\n"
            + string.Concat(Enumerable.Range(1, 40).Select(i => $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n"));
        Should.Throw<ConfigurationException>(
            () => SettingsLoader.Load(Write(bomb), environment: new Hashtable())).Message.ShouldContain("anchors");
    }

    [Fact]
    public void B47_HugeFile_IsRefused() =>
        Should.Throw<ConfigurationException>(
            () => SettingsLoader.Load(Write(new string('#', 2 << 20)), environment: new Hashtable()))
            .Message.ShouldContain("larger than");

    [Theory]
    [InlineData("https://judge.example/v1/", "", "name its host in judge.allow")]
    [InlineData("https://judge.example/v1/", "other.example", "name its host in judge.allow")]
    [InlineData("http://judge.example/v1/", "judge.example", "must be an https URL")]
    [InlineData("https://judge.example/v1/", "Judge.Example", null)]
    [InlineData("http://127.0.0.1:8080/v1/", "", null)]
    public void S0_52_JudgeOnAnotherMachine_MustBeAllowed(string url, string allowed, string? problem)
    {
        var file = Write($"judge:\n  url: {url}\n  model: judge\n  allow: [{allowed}]\n");
        if (problem is null)
        {
            SettingsLoader.Load(file, environment: new Hashtable()).Settings.Judge.Url.ShouldBe(url);
            return;
        }

        Should.Throw<ConfigurationException>(() => SettingsLoader.Load(file, environment: new Hashtable()))
            .Message.ShouldContain(problem);
    }

    [Fact]
    public void B48_EveryProblem_IsListedAtOnce()
    {
        var file = Write(
            "gateway:\n  port: 0\npools:\n  cpu:\n    slots: -1\nretention:\n  checkpoints: 0\nunknown: 1\nstore:\n  "
                + "kind: s3\n");
        var error = Should.Throw<ConfigurationException>(() => SettingsLoader.Load(file, environment: new Hashtable()));
        error.Problems.Count.ShouldBe(5);
        error.Message.ShouldContain("gateway.port");
        error.Message.ShouldContain("pools.cpu.slots");
        error.Message.ShouldContain("retention.checkpoints");
        error.Message.ShouldContain("unknown");
        error.Message.ShouldContain("store.s3.bucket");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/usr")]
    [InlineData("~/store")]
    public void B50_DangerousFolders_AreRefused(string path) =>
        Should.Throw<ConfigurationException>(() =>
            SettingsLoader.Load(null, [$"store.path={path}"], new Hashtable())).Message.ShouldContain("store.path");

    [Fact]
    public void B50_TheSourceTreeAndLinksToIt_AreRefused()
    {
        var link = _directory.Combine("link");
        Directory.CreateSymbolicLink(link, Repository.Root);
        foreach (var path in new[] { Repository.Root, link })
        {
            Should.Throw<ConfigurationException>(
                () => SettingsLoader.Load(null, [$"store.path={path}"], new Hashtable()));
        }
    }

    [Fact]
    public void Load_UnknownEnvironmentSetting_NamesTheVariable() =>
        Should.Throw<ConfigurationException>(
            () => SettingsLoader.Load(null, environment: new Hashtable { ["PIPELINE_STORE__KIN"] = "s3" }))
            .Message.ShouldContain("PIPELINE_STORE__KIN");

    public void Dispose() => _directory.Dispose();

    private string Write(string yaml)
    {
        var path = _directory.Combine("temporal.yaml");
        File.WriteAllText(path, yaml);
        return path;
    }
}
