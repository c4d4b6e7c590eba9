using System.Reflection;
using Pipeline.Registry.Artifacts;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.Directories;

namespace Pipeline.Registry.Tests.Storage.Crashes;

/// <summary>
/// Power fails at every point of a run: what was reported as done is there, and nothing partial is ever seen.
/// </summary>
[Trait("Tier", "e2e")]
public sealed class PowerLossTests
{
    private static string Folder => Environment.GetEnvironmentVariable("SCENARIO_FOLDER")
        ?? throw new InvalidOperationException("SCENARIO_FOLDER is not set");

    [Fact]
    public async Task F12_PowerLossAtAnyPoint_LosesNothingDoneAndShowsNothingPartial()
    {
        using var folders = new TempDirectory();
        var (live, before, state) = (folders.Combine("live"), folders.Combine("before"),
            Directory.CreateDirectory(folders.Combine("state")).FullName);
        foreach (var folder in (string[])[live, before])
            await new DirectoryObjectStore(folder).PutAsync("k", ObjectStoreContractTests.Text("old"));
        var operations = await SystemCalls.OfAsync(
            ["dotnet", Assembly.GetExecutingAssembly().Location, "-noColor", "-explicit", "only", "-method",
                $"{typeof(PowerLossTests).FullName}.{nameof(Scenario)}"],
            live, new Dictionary<string, string>(StringComparer.Ordinal) { ["SCENARIO_FOLDER"] = live });
        operations.Count(o => o.Kind == "done").ShouldBe(3);
        operations.Count(o => o.Kind is "sync").ShouldBeGreaterThanOrEqualTo(5);

        var states = await new CrashStates(before, operations).ForEachAsync(state, done => CheckAsync(state, done));

        TestContext.Current.TestOutputHelper?.WriteLine($"{operations.Count} operations, {states} states");
        states.ShouldBeGreaterThan(100);
    }

    [Fact]
    public async Task F12_WriteWithoutFsync_WouldBeFound()
    {
        // The checker itself: the same run without its requests for durability must be caught.
        using var folders = new TempDirectory();
        var (before, state) = (folders.Combine("before"), Directory.CreateDirectory(folders.Combine("state")).FullName);
        await new DirectoryObjectStore(before).PutAsync("k", ObjectStoreContractTests.Text("old"));
        List<FileOperation> careless =
        [
            new("create", ".staging/t"), new("write", ".staging/t", Data: "new"u8.ToArray()),
            new("rename", ".staging/t", "k"), new("syncdir", ""), new("done", "k"),
        ];
        var found = await Record.ExceptionAsync(
            () => new CrashStates(before, careless).ForEachAsync(state, done => CheckAsync(state, done)));
        found.ShouldBeOfType<ShouldAssertException>();
    }

    [Fact(Explicit = true)]
    public async Task Scenario()
    {
        await using var output = Console.OpenStandardOutput();
        async Task DoneAsync(string name) =>
            await output.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"done: {name}\n"));
        var store = new DirectoryObjectStore(Folder);
        await store.PutAsync("k", ObjectStoreContractTests.Text("new"));
        await DoneAsync("k");
        await store.PutAsync("deep/er/n", ObjectStoreContractTests.Text("only"), PutCondition.Absent);
        await DoneAsync("n");
        var artifacts = new ArtifactStore(store);
        await artifacts.CommitAsync(
            Manifest.Create(
                "data", [await artifacts.PutBytesAsync([1, 2, 3], "a"), await artifacts.PutBytesAsync([4], "b")],
                [KeyValuePair.Create("source", "test")]));
        await DoneAsync("artifact");
    }

    private static async Task CheckAsync(string folder, IReadOnlySet<string> done)
    {
        var store = new DirectoryObjectStore(folder);
        var k = await ObjectStoreContractTests.ReadAsync(store, "k");
        (k == "new" || (k == "old" && !done.Contains("k")))
            .ShouldBeTrue($"k is '{k}' when done is {string.Join(',', done)}");
        if (await store.HeadAsync("deep/er/n") is not null || done.Contains("n"))
            (await ObjectStoreContractTests.ReadAsync(store, "deep/er/n")).ShouldBe("only");
        var artifacts = new ArtifactStore(store);
        var versions = await artifacts.ListAsync("data");
        if (done.Contains("artifact")) versions.Count.ShouldBe(1);
        foreach (var (version, _) in versions)
        {
            var manifest = await artifacts.FindAsync("data", version);
            manifest!.Files.Count.ShouldBe(2);
            foreach (var file in manifest.Files) await artifacts.GetFileAsync(file, folder + ".out");
        }
    }
}
