using Pipeline.Activities.Running;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.Directories;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;

namespace Pipeline.Activities.Tests;

/// <summary>Disks that lose what was written, under the local copies and under the store.</summary>
[Trait("Tier", "e2e")]
public sealed class DamagedArtifactsTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly DirectoryObjectStore _store;
    private readonly DataOptions _data;

    public DamagedArtifactsTests()
    {
        _store = new DirectoryObjectStore(_folder.Combine("store"));
        Directory.CreateDirectory(_folder.Combine("rows"));
        var random = new Random(11);
        File.WriteAllLines(
            _folder.Combine("rows", "rows.jsonl"),
            Enumerable.Range(0, 400).Select(i => (Id: i, Words: Enumerable.Range(0, 40).Select(_ => random.Next(999))))
                .Select(row => $"{{\"id\":\"r{row.Id}\",\"text\":\"w{string.Join(" w", row.Words)}\"}}"));
        _data = new DataOptions { Source = _folder.Combine("rows"), StratifyBy = "", TextFields = [] };
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task F11_DiskErrorWhileRowsAreRead_NextAttemptReplacesTheCopyAndEndsTheSame()
    {
        var rows = (await IngestAsync(NewHost("first"))).Rows;
        var expected = (await DedupAsync(new Host(Copy(), _folder.Combine("sound")), rows)).Rows;
        DiskErrors? errors = null;
        var host = new Host(
            new WatchedStore(_store, key =>
            {
                // The disk works again when the rows come from the store, or their new copy could not be read either.
                if (key.StartsWith("blobs/", StringComparison.Ordinal)) errors?.Dispose();
            }), _folder.Combine("second"));
        var path = Path.Combine(await host.Artifacts.OpenAsync(rows, Stop), "rows.jsonl");
        var content = await File.ReadAllBytesAsync(path, Stop);
        using (errors = await DiskErrors.OfAsync(path))
        {
            var failure = await Should.ThrowAsync<IOException>(() => DedupAsync(host, rows));
            failure.Message.ShouldContain(path);
            FailureMapping.Map(failure).ShouldBeNull("another attempt can help");
            (await DedupAsync(host, rows, attempt: 2)).Rows.ShouldBe(expected);
        }

        (await File.ReadAllBytesAsync(Path.Combine(Quarantined(host: "second"), "rows.jsonl"), Stop)).ShouldBe(content);
        (await File.ReadAllBytesAsync(path, Stop)).ShouldBe(content);
    }

    [Fact]
    public async Task F11_DiskErrorThatGoesAway_NextAttemptUsesTheSameCopy()
    {
        var rows = (await IngestAsync(NewHost("first"))).Rows;
        var host = NewHost("second");
        var path = Path.Combine(await host.Artifacts.OpenAsync(rows, Stop), "rows.jsonl");
        using (await DiskErrors.OfAsync(path))
        {
            await Should.ThrowAsync<IOException>(() => DedupAsync(host, rows));
        }

        (await DedupAsync(host, rows, attempt: 2)).Summary.Counts["out"].ShouldBe(400);
        Directory.Exists(_folder.Combine("second", "cache", "quarantine")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("flip"), InlineData("cut"), InlineData("delete")]
    public async Task F11_LocalCopyIsDamaged_IsSetAsideAndFetchedAgain(string damage)
    {
        var rows = (await IngestAsync(NewHost("first"))).Rows;
        var expected = (await DedupAsync(new Host(Copy(), _folder.Combine("sound")), rows)).Rows;
        var path = Path.Combine(await NewHost("second").Artifacts.OpenAsync(rows, Stop), "rows.jsonl");
        Damage(path, damage);
        (await DedupAsync(NewHost("second"), rows)).Rows.ShouldBe(expected);
        var note = await File.ReadAllTextAsync(Quarantined("second") + ".txt", Stop);
        note.ShouldContain("'rows.jsonl'");
        note.ShouldContain(Path.GetDirectoryName(path)!);
        // The process that has proven a copy does not read it through again, before work on it fails.
        var host = NewHost("second");
        (await host.Artifacts.OpenAsync(rows, Stop)).ShouldBe(Path.GetDirectoryName(path));
        Damage(path, damage);
        (await host.Artifacts.OpenAsync(rows, Stop)).ShouldBe(Path.GetDirectoryName(path));
        Directory.GetDirectories(_folder.Combine("second", "cache", "quarantine")).Length.ShouldBe(1);
    }

    [Theory]
    [InlineData("flip"), InlineData("unreadable")]
    public async Task F11_ObjectOfTheStoreIsDamaged_SaysWhichStageMakesItAndThatStageMakesItAgain(string damage)
    {
        var rows = (await IngestAsync(NewHost("first"))).Rows;
        var expected = (await DedupAsync(new Host(Copy(), _folder.Combine("sound")), rows)).Rows;
        var (name, digest) = await BlobOfAsync(rows);
        if (damage == "flip") Damage(name, damage);
        using var errors = damage == "unreadable" ? await DiskErrors.OfAsync(name) : null;

        var error = await Should.ThrowAsync<ObjectStoreException>(() => DedupAsync(NewHost("second"), rows));
        errors?.Dispose();
        var failure = FailureMapping.Map(error);
        (failure!.ErrorType, failure.NonRetryable).ShouldBe((ErrorTypes.Integrity, true));
        failure.Message.ShouldContain(rows.Uri);
        failure.Message.ShouldContain(digest);
        failure.Message.ShouldContain("Stage 'ingest' makes it: start the run again");

        var again = await IngestAsync(NewHost("second"));
        (again.Summary.Cached, again.Rows).ShouldBe((false, rows));
        (await DedupAsync(NewHost("third"), rows)).Rows.ShouldBe(expected);
        (await IngestAsync(NewHost("third"))).Summary.Cached.ShouldBeTrue();
    }

    [Theory]
    [InlineData("cut"), InlineData("delete")]
    public async Task F11_ObjectOfTheStoreIsShortOrGone_StageIsNotTakenForFinished(string damage)
    {
        var rows = (await IngestAsync(NewHost("first"))).Rows;
        Damage((await BlobOfAsync(rows)).Path, damage);
        var again = await IngestAsync(NewHost("second"));
        (again.Summary.Cached, again.Rows).ShouldBe((false, rows));
        (await DedupAsync(NewHost("third"), rows)).Summary.Counts["out"].ShouldBe(400);
    }

    [Theory]
    [InlineData("stages"), InlineData("manifests")]
    public async Task F11_RecordOfTheStoreIsDamaged_IsWrittenAgain(string folder)
    {
        var rows = (await IngestAsync(NewHost("first"))).Rows;
        Directory.GetFiles(_folder.Combine("store", folder), "*", SearchOption.AllDirectories).ToList()
            .ForEach(path => Damage(path, "cut"));
        var again = await IngestAsync(NewHost("second"));
        (again.Summary.Cached, again.Rows).ShouldBe((false, rows));
        (await IngestAsync(NewHost("third"))).Summary.Cached.ShouldBeTrue();
    }

    [Fact]
    public async Task F11_ArtifactThatNoStageMakes_SaysSo()
    {
        var model = await NewHost("first").Artifacts.CommitCopyAsync("model", _folder.Combine("rows"), Stop);
        Damage((await BlobOfAsync(model)).Path, "flip");
        var error = await Should.ThrowAsync<ObjectStoreException>(
            () => NewHost("second").Artifacts.OpenAsync(model, Stop));
        error.Message.ShouldContain("No stage makes a model: bring its source again");

        // Bringing it again is enough.
        (await NewHost("first").Artifacts.CommitCopyAsync("model", _folder.Combine("rows"), Stop)).ShouldBe(model);
        File.Exists(Path.Combine(await NewHost("second").Artifacts.OpenAsync(model, Stop), "rows.jsonl"))
            .ShouldBeTrue();
    }

    private static void Damage(string path, string how)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.Delete(path);
        if (how != "delete")
        {
            File.WriteAllBytes(path, how == "cut" ? bytes[..(bytes.Length / 2)] : bytes);
        }
    }

    private Host NewHost(string name) => new(_store, _folder.Combine(name));

    private Task<DataStageResult> IngestAsync(Host host) =>
        Host.Attempt(1).RunAsync(() => host.Data.IngestAsync(new(_data)));

    private Task<DataStageResult> DedupAsync(Host host, ArtifactRef rows, int attempt = 1) => Host.Attempt(attempt)
        .RunAsync(() => host.Data.DedupAsync(new DataStageInput { Rows = rows, Data = _data }));

    private string Quarantined(string host) =>
        Directory.GetDirectories(_folder.Combine(host, "cache", "quarantine")).ShouldHaveSingleItem();

    private async Task<(string Path, string Digest)> BlobOfAsync(ArtifactRef artifact)
    {
        var file = Path.Combine(await NewHost("first").Artifacts.OpenAsync(artifact, Stop), "rows.jsonl");
        var digest = await FileDigest.OfFileAsync(file, Stop);
        return (Directory.GetFiles(_folder.Combine("store", "blobs"), digest, SearchOption.AllDirectories).Single(),
            digest);
    }

    // A store in which the work was not done yet.
    private DirectoryObjectStore Copy()
    {
        foreach (var path in Directory.GetFiles(_folder.Combine("store"), "*", SearchOption.AllDirectories))
        {
            var copy = path.Replace(_folder.Combine("store"), _folder.Combine("copy"), StringComparison.Ordinal);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }

        return new DirectoryObjectStore(_folder.Combine("copy"));
    }
}
