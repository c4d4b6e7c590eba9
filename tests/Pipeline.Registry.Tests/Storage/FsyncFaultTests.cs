using System.Diagnostics;
using System.Reflection;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.Directories;

namespace Pipeline.Registry.Tests.Storage;

/// <summary>
/// Faults that need a process of their own: each test runs an explicit scenario of this class in a child with
/// PIPELINE_FAULTS set.
/// </summary>
public sealed class FsyncFaultTests
{
    private static string Folder => Environment.GetEnvironmentVariable("SCENARIO_FOLDER")
        ?? throw new InvalidOperationException("SCENARIO_FOLDER is not set");

    [Fact]
    public async Task F10_FailedFsync_IsWrittenAnewNotRetriedOnTheSameFile()
    {
        using var folder = new TempDirectory();
        var (code, output) = await RunScenarioAsync(nameof(ScenarioPut), folder.Path, "store.fsync#1=errno:5");
        code.ShouldBe(0, output);
        (await ReadAsync(folder)).ShouldBe("new");
    }

    [Fact]
    public async Task F10_FsyncThatKeepsFailing_IsAnErrorAndLeavesTheOldObject()
    {
        using var folder = new TempDirectory();
        var (code, output) = await RunScenarioAsync(nameof(ScenarioPutFails), folder.Path, "store.fsync=errno:5");
        code.ShouldBe(0, output);
        (await ReadAsync(folder)).ShouldBe("old");
        Directory.GetFiles(folder.Combine(".staging")).ShouldBeEmpty();
    }

    [Fact]
    public async Task F11_ReadErrorOnce_IsReadAgain()
    {
        using var folder = new TempDirectory();
        await new DirectoryObjectStore(folder.Path).PutAsync("k", ObjectStoreContractTests.Text("whole"));
        var (code, output) = await RunScenarioAsync(nameof(ScenarioDownload), folder.Path, "store.read#1=errno:5");
        code.ShouldBe(0, output);
    }

    [Fact]
    public async Task F11_ReadErrorThatStays_NamesTheObjectAndKeepsNothing()
    {
        using var folder = new TempDirectory();
        await new DirectoryObjectStore(folder.Path).PutAsync("k", ObjectStoreContractTests.Text("whole"));
        var (code, output) = await RunScenarioAsync(nameof(ScenarioDownloadFails), folder.Path, "store.read=errno:5");
        code.ShouldBe(0, output);
    }

    [Theory]
    [InlineData("store.write", "old")]
    [InlineData("store.fsync", "old")]
    [InlineData("store.rename", "old")]
    [InlineData("store.dirsync", "new")]
    public async Task F19_KillAtEachPoint_LeavesOneWholeVersion(string point, string expected)
    {
        using var folder = new TempDirectory();
        await new DirectoryObjectStore(folder.Path).PutAsync("k", ObjectStoreContractTests.Text("old"));
        var (code, _) = await RunScenarioAsync(nameof(ScenarioPut), folder.Path, $"{point}=kill");
        code.ShouldBe(137);
        (await ReadAsync(folder)).ShouldBe(expected);
    }

    [Fact(Explicit = true)]
    public Task ScenarioPut() => new DirectoryObjectStore(Folder).PutAsync("k", ObjectStoreContractTests.Text("new"));

    [Fact(Explicit = true)]
    public async Task ScenarioDownload()
    {
        var store = new DirectoryObjectStore(Folder);
        var target = Path.Combine(Folder, ".out");
        await new ObjectDownload(store).RunAsync((await store.HeadAsync("k"))!, target);
        (await File.ReadAllTextAsync(target)).ShouldBe("whole");
    }

    [Fact(Explicit = true)]
    public async Task ScenarioDownloadFails()
    {
        var store = new DirectoryObjectStore(Folder);
        var error = await Should.ThrowAsync<ObjectStoreException>(async () =>
            await new ObjectDownload(store).RunAsync((await store.HeadAsync("k"))!, Path.Combine(Folder, ".out")));
        error.Error.ShouldBe(ObjectStoreError.Disk);
        error.Message.ShouldContain("'k'");
        Directory.GetFiles(Folder).ShouldBe([Path.Combine(Folder, "k")]);
        await Should.ThrowAsync<ObjectStoreException>(() => ObjectStoreContractTests.ReadAsync(store, "k"));
    }

    [Fact(Explicit = true)]
    public async Task ScenarioPutFails()
    {
        // The object from before the fault is written straight to its place: every fsync of this process fails.
        var store = new DirectoryObjectStore(Folder);
        await File.WriteAllTextAsync(Path.Combine(Folder, "k"), "old");
        (await Should.ThrowAsync<ObjectStoreException>(
            () => store.PutAsync("k", ObjectStoreContractTests.Text("new")))).Error.ShouldBe(ObjectStoreError.Disk);
    }

    private static Task<string> ReadAsync(TempDirectory folder) =>
        ObjectStoreContractTests.ReadAsync(new DirectoryObjectStore(folder.Path), "k");

    private static async Task<(int Code, string Output)> RunScenarioAsync(string method, string folder, string faults)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [Assembly.GetExecutingAssembly().Location, "-noColor", "-explicit", "only", "-method",
                $"{typeof(FsyncFaultTests).FullName}.{method}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        (start.Environment["PIPELINE_FAULTS"], start.Environment["SCENARIO_FOLDER"]) = (faults, folder);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }
}
