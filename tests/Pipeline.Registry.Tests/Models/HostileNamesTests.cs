using Pipeline.Registry.Artifacts;
using Pipeline.Registry.Models;
using Pipeline.Registry.Storage.Directories;

namespace Pipeline.Registry.Tests.Models;

/// <summary>Names and sources that reached files or other tenants in other registries.</summary>
public sealed class HostileNamesTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public static TheoryData<string> Names => new(
        // CVE-2023-2356, CVE-2023-2780: parent folders with either separator.
        "../etc", "..\\windows", "a/../b", "a\\b", "..", ".", "/etc/passwd", "C:\\x",
        // CVE-2024-1560, CVE-2024-1593: one or two layers of URL encoding, parameters behind a semicolon.
        "%2e%2e%2f", "%252e%252e%252f", "a%00b", "a;../../b", "a?x=1", "a#b",
        // CVE-2023-1177, CVE-2024-3573: schemes and hosts.
        "file:///etc/passwd", "http://169.254.169.254/", "s3://bucket/key", "local/../../x",
        // Look-alikes, controls, case, length, empty.
        "раckages", "packages\u200b", "ｐackages", "packages\n", "pack ages", "Packages", "", "-a", new string('a', 64),
        "пакеты", "a\u0000");

    [Theory, MemberData(nameof(Names))]
    public async Task B46_B61_ModelName_IsRefusedEverywhere_AndNothingIsWritten(string name)
    {
        var registry = Open();
        var request = (await Sample.RequestAsync(registry, "a", "a")) with { Name = name };
        var before = Files();
        Func<Task>[] calls =
        [
            () => registry.RegisterAsync(request),
            () => registry.VersionsAsync(name),
            () => registry.StateAsync(name),
            () => registry.HistoryAsync(name),
            () => registry.NotesAsync(name),
            () => registry.ChangeNotesAsync(name, null, notes => notes),
            () => registry.DeleteAsync(name, 1, "ada", "x"),
            () => registry.SetUseAsync(name, 1, "gateway", "ada", "x"),
            () => registry.MoveAliasAsync(Sample.Move("challenger", 1, null) with { Name = name }),
            () => registry.ResolveAsync($"models:/{name}/1"),
            () => registry.ResolveAsync($"{name}@challenger"),
        ];
        foreach (var call in calls)
        {
            (await Should.ThrowAsync<RegistryException>(call)).Error.ShouldBe(RegistryError.InvalidName);
        }

        Files().ShouldBe(before);
    }

    [Theory]
    [InlineData("latest"), InlineData("v3"), InlineData("3"), InlineData("../x"), InlineData("a@b"),
        InlineData("Champion"), InlineData("")]
    public async Task Alias_NotAcceptable_IsRefused(string alias)
    {
        var registry = Open();
        await Sample.RegisterAsync(registry, "a");
        (await Should.ThrowAsync<RegistryException>(() => registry.MoveAliasAsync(Sample.Move(alias, 1, null))))
            .Error.ShouldBe(RegistryError.InvalidName);
    }

    [Theory]
    [InlineData("../../etc/passwd"), InlineData("file:///etc/passwd"), InlineData("/etc/passwd"),
        InlineData("https://example.org/a")]
    [InlineData("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    public async Task Mlflow_CVE_2023_1177_SourceOutsideTheStore_IsRefused(string source)
    {
        var registry = Open();
        var request = (await Sample.RequestAsync(registry, "a", "a")) with { Package = source };
        (await Should.ThrowAsync<RegistryException>(() => registry.RegisterAsync(request))).Error.ShouldBe(
            RegistryError.InvalidName);
        var unknown = request with { Package = Sample.Digest };
        (await Should.ThrowAsync<RegistryException>(() => registry.RegisterAsync(unknown))).Error.ShouldBe(
            RegistryError.NotFound);
        (await registry.VersionsAsync("packages")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("../x"), InlineData("a/b/c"), InlineData("a//b"), InlineData("/a"), InlineData("a/.."),
        InlineData("a\\b"), InlineData("a~b"), InlineData("")]
    public async Task BaseId_NotAcceptable_IsRefused(string id)
    {
        (await Should.ThrowAsync<RegistryException>(() => Open().Bases.RegisterAsync(Sample.Base() with { Id = id })))
            .Error.ShouldBe(RegistryError.InvalidName);
        (await Should.ThrowAsync<RegistryException>(
            () => Open().Bases.RegisterAsync(Sample.Base() with { Revision = id })))
            .Error.ShouldBe(RegistryError.InvalidName);
    }

    [Theory]
    [InlineData("models:/packages/0"), InlineData("models:/packages/-1"), InlineData("models:/packages/1/2"),
        InlineData("packages")]
    [InlineData("models:/packages/01x"), InlineData("models://packages/1"),
        InlineData("models:/packages/99999999999999999999")]
    [InlineData("runs:/packages/1"), InlineData("models:/packages@a@b"), InlineData("")]
    public void Address_Malformed_IsRefused(string text) =>
        Should.Throw<RegistryException>(() => ModelAddress.Parse(text)).Error.ShouldBe(RegistryError.InvalidName);

    [Theory]
    [InlineData("models:/packages/3", "models:/packages/3"), InlineData("packages@3", "models:/packages/3")]
    [InlineData("models:/packages@champion", "models:/packages@champion"),
        InlineData("packages@champion", "models:/packages@champion")]
    public void Address_WellFormed_RoundTrips(string text, string canonical) =>
        ModelAddress.Parse(text).ToString().ShouldBe(canonical);

    public void Dispose() => _directory.Dispose();

    private ModelRegistry Open() => new(new DirectoryObjectStore(_directory.Combine("store")));

    private string[] Files() => [.. Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories)
        .Where(path => !path.Contains("/.locks/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
