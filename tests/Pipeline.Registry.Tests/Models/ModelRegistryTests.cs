using Pipeline.Registry.Artifacts;
using Pipeline.Registry.Models;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Tests.Storage;

namespace Pipeline.Registry.Tests.Models;

public sealed class ModelRegistryTests(TestStores stores) : IClassFixture<TestStores>
{
    [Fact]
    public async Task S0_05_RegisteredBase_IsFoundWithEveryField()
    {
        var registry = Open();
        await registry.Bases.RegisterAsync(Sample.Base());
        await registry.Bases.RegisterAsync(Sample.Base());
        var found = (await registry.Bases.ListAsync()).ShouldHaveSingleItem();
        (found.Id, found.Revision, found.Architecture, found.DType, found.Parameters, found.VocabularySize,
            found.ContextLength, found.Licence)
            .ShouldBe(("tiny/Llama-33K", "r1", "llama", "float32", 139_072, 512, 128, "Apache-2.0"));
        found.Files.ShouldBe(Sample.Base().Files);
        (await registry.Bases.RequireAsync(Sample.Base().Reference)).Digest.ShouldBe(Sample.Base().Digest);
    }

    [Fact]
    public async Task S0_05_UnknownOrChangedBase_IsRefusedWithItsOwnCode()
    {
        var registry = Open();
        (await Refused(() => registry.Bases.RequireAsync(Sample.Base().Reference))).Code.ShouldBe("E-REG-BASE-UNKNOWN");
        await registry.Bases.RegisterAsync(Sample.Base());
        var other = Sample.Base().Reference with { Digest = Sample.Digest };
        (await Refused(() => registry.Bases.RequireAsync(other))).Code.ShouldBe("E-REG-BASE-MISMATCH");
        var changed = Sample.Base(digest: new string('0', 64));
        (await Refused(() => registry.Bases.RegisterAsync(changed))).Code.ShouldBe("E-REG-CONFLICT");
        (await Sample.RequestAsync(registry, "a", "a")).ShouldNotBeNull();
        var request = (await Sample.RequestAsync(registry, "a", "a")) with { Base = other };
        (await Refused(() => registry.RegisterAsync(request))).Error.ShouldBe(RegistryError.BaseMismatch);
    }

    [Fact]
    public async Task S0_05_ChangedFile_IsNamed()
    {
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(directory.Combine("config.json"), "{}");
        await File.WriteAllTextAsync(directory.Combine("model.safetensors"), "weights");
        var registry = Open();
        var files = await BaseModel.DigestFilesAsync(directory.Path);
        await registry.Bases.RegisterAsync(Sample.Base() with { Files = files });
        (await registry.Bases.VerifyAsync("tiny/Llama-33K", "r1", directory.Path)).Files.ShouldBe(files);
        await File.WriteAllTextAsync(directory.Combine("model.safetensors"), "wEights");
        await File.WriteAllTextAsync(directory.Combine("modeling.py"), "import os");
        var refused = await Refused(() => registry.Bases.VerifyAsync("tiny/Llama-33K", "r1", directory.Path));
        refused.Error.ShouldBe(RegistryError.BaseMismatch);
        refused.Message.ShouldContain("'model.safetensors' differs");
        refused.Message.ShouldContain("'modeling.py' is not part");
    }

    [Theory, InlineData("directory"), InlineData("s3")]
    public async Task S0_41_RetriedRegistration_IsOneVersion(string kind)
    {
        var registry = new ModelRegistry(stores.Open(kind));
        var request = await Sample.RequestAsync(registry, "a", "run-1");
        var numbers = new[] { await registry.RegisterAsync(request), await registry.RegisterAsync(request),
            await registry.RegisterAsync(request) };
        numbers.Select(version => version.Version).ShouldBe([1, 1, 1]);
        (await registry.VersionsAsync("packages")).Count.ShouldBe(1);
        var other = await Sample.RequestAsync(registry, "b", "run-1");
        (await Refused(() => registry.RegisterAsync(other))).Error.ShouldBe(RegistryError.Conflict);
    }

    [Fact]
    public async Task Register_ConcurrentlyWithAndWithoutSharedKeys_GivesOneVersionForEachKey()
    {
        var store = stores.Open("directory");
        var setup = new ModelRegistry(store);
        var requests = new List<RegisterVersion>();
        foreach (var i in Enumerable.Range(0, 6))
        {
            requests.Add(await Sample.RequestAsync(setup, $"content {i}", $"key {i}"));
        }

        var results = await Task.WhenAll(requests.Concat(requests).Concat(requests)
            .Select(request => Task.Run(() => new ModelRegistry(store).RegisterAsync(request))));
        results.GroupBy(version => version.IdempotencyKey)
            .ShouldAllBe(group => group.Select(version => version.Version).Distinct().Count() == 1);
        (await setup.VersionsAsync("packages")).Select(version => version.Version).ShouldBe(Enumerable.Range(1, 6));
    }

    [Fact]
    public async Task Register_AfterACrashBehindTheKey_StillGivesOneVersion()
    {
        var store = stores.Open("directory");
        var registry = new ModelRegistry(store);
        var request = await Sample.RequestAsync(registry, "a", "run-1");
        await registry.RegisterAsync(request);
        var version = (await Keys(store)).Single(key => key.Contains("/versions/", StringComparison.Ordinal));
        await store.DeleteAsync(version);
        (await registry.RegisterAsync(request)).Version.ShouldBe(1);
        (await registry.RegisterAsync(request)).Version.ShouldBe(1);
    }

    [Theory, InlineData("directory"), InlineData("s3")]
    public async Task F35_RacingPromotions_ExactlyOneWins(string kind)
    {
        var store = stores.Open(kind);
        var registry = new ModelRegistry(store);
        foreach (var content in new[] { "a", "b", "c" })
        {
            await Sample.RegisterAsync(registry, content);
        }

        await registry.MoveAliasAsync(Sample.Move("champion", 1, null));
        var race = await Task.WhenAll(new[] { 2, 3, 2, 3 }.Select(version => Task.Run(async () =>
        {
            try
            {
                await new ModelRegistry(store).MoveAliasAsync(Sample.Move("champion", version, 1));
                return (Version: version, Error: "");
            }
            catch (RegistryException exception)
            {
                return (Version: version, Error: exception.Message);
            }
        })));
        var winner = race.Where(attempt => attempt.Error.Length == 0).ShouldHaveSingleItem().Version;
        race.Where(attempt => attempt.Error.Length > 0)
            .ShouldAllBe(attempt =>
                attempt.Error.StartsWith($"E-REG-ALIAS-MOVED: alias 'champion' of packages is at version {winner}"));
        (await registry.ResolveAsync("models:/packages@champion")).Version.ShouldBe(winner);
        (await registry.HistoryAsync("packages")).Select(entry => (entry.From, entry.To))
            .ShouldBe([(null, 1), (1, winner)]);
    }

    [Fact]
    public async Task F34_RepeatedAndLateRequests_HaveOneEffect()
    {
        var registry = Open();
        await Sample.RegisterAsync(registry, "a");
        await Sample.RegisterAsync(registry, "b");
        var first = await registry.MoveAliasAsync(Sample.Move("challenger", 1, null, "request-1"));
        await registry.MoveAliasAsync(Sample.Move("challenger", 2, 1, "request-2"));
        await registry.MoveAliasAsync(Sample.Move("challenger", null, 2, "request-3"));
        var late = await registry.MoveAliasAsync(Sample.Move("challenger", 1, null, "request-1"));
        late.Sequence.ShouldBe(first.Sequence);
        (await registry.StateAsync("packages")).Aliases.ShouldBeEmpty();
        (await registry.HistoryAsync("packages")).Count.ShouldBe(3);
    }

    [Fact]
    public async Task S2_09_History_HasActorReasonAndAnUnbrokenChain()
    {
        var store = stores.Open("directory");
        var registry = new ModelRegistry(store);
        await Sample.RegisterAsync(registry, "a");
        await Sample.RegisterAsync(registry, "b");
        await registry.MoveAliasAsync(Sample.Move("challenger", 1, null));
        await registry.MoveAliasAsync(Sample.Move("challenger", 2, 1) with { Actor = "bo", Reason = "rollback" });
        (await registry.HistoryAsync("packages")).Select(entry => (entry.Sequence, entry.Actor, entry.Reason))
            .ShouldBe([(1, "ada", "better"), (2, "bo", "rollback")]);
        var first = (await Keys(store)).First(key => key.Contains("/log/", StringComparison.Ordinal));
        var text = await new StreamReader(await store.OpenAsync(first)).ReadToEndAsync();
        await store.PutAsync(
            first, new MemoryStream(
                System.Text.Encoding.UTF8.GetBytes(text.Replace("better", "bribed", StringComparison.Ordinal))));
        (await Refused(() => registry.HistoryAsync("packages"))).Code.ShouldBe("E-REG-DIGEST");
    }

    [Fact]
    public async Task S2_27_TwoVersionsServe_AndADeleteOfAUsedOneIsRefused()
    {
        var registry = Open();
        await Sample.RegisterAsync(registry, "a");
        await Sample.RegisterAsync(registry, "b");
        await registry.MoveAliasAsync(Sample.Move("champion", 1, null));
        await registry.SetUseAsync("packages", 2, "gateway-eu", "ops", "canary");
        (await registry.ResolveAsync("packages@champion")).Version.ShouldBe(1);
        (await registry.ResolveAsync("packages@2")).Version.ShouldBe(2);
        (await Refused(() => registry.DeleteAsync("packages", 1, "ops", "old"))).Message.ShouldContain(
            "alias 'champion'");
        (await Refused(() => registry.DeleteAsync("packages", 2, "ops", "old"))).Message.ShouldContain(
            "deployment 'gateway-eu'");
        await registry.SetUseAsync("packages", null, "gateway-eu", "ops", "drained");
        await registry.DeleteAsync("packages", 2, "ops", "old");
        (await Refused(() => registry.ResolveAsync("models:/packages/2"))).Error.ShouldBe(RegistryError.Deleted);
        (await Refused(() => registry.MoveAliasAsync(Sample.Move("challenger", 2, null)))).Error.ShouldBe(
            RegistryError.Deleted);
        (await Sample.RegisterAsync(registry, "c")).Version.ShouldBe(3);
        (await registry.VersionsAsync("packages")).Select(version => version.Version).ShouldBe([1, 3]);
    }

    [Fact]
    public async Task B61_ProtectedAlias_NeedsPassedEvidenceAndAnApprovalOfIt()
    {
        var registry = Open();
        var lineages = new[]
        {
            [], await Sample.LineageAsync(registry, verdict: "failed"),
            await Sample.LineageAsync(registry, decision: "rejected"),
            await Sample.LineageAsync(registry),
        };
        foreach (var (lineage, i) in lineages.Select((lineage, i) => (lineage, i)))
        {
            var version =
                await registry.RegisterAsync(await Sample.RequestAsync(registry, $"content {i}", $"key {i}", lineage));
            var move = Sample.Move("champion", version.Version, null) with { Waiver = "" };
            if (i < 3)
            {
                (await Refused(() => registry.MoveAliasAsync(move))).Code.ShouldBe("E-REG-GATE");
            }
            else
            {
                (await registry.MoveAliasAsync(move)).To.ShouldBe(4);
            }
        }

        var waived = await registry.MoveAliasAsync(Sample.Move("champion", 1, 4));
        waived.Reason.ShouldBe("better (waived: test without gates)");
    }

    [Fact]
    public async Task Notes_ConcurrentTags_AreAllKept()
    {
        var registry = Open();
        var version = await registry.RegisterAsync((await Sample.RequestAsync(registry, "a", "a")) with
        {
            Description = "first",
            Tags = new Dictionary<string, string> { ["task"] = "section" },
        });
        await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => Task.Run(() => registry.ChangeNotesAsync("packages", 1, notes =>
        {
            var tags = new SortedDictionary<string, string>(notes.Tags, StringComparer.Ordinal) { [$"t{i}"] = "x" };
            return notes with { Tags = tags };
        }))));
        version.Description.ShouldBe("first");
        (await registry.NotesAsync("packages", 1)).Tags.Count.ShouldBe(9);
        (await registry.NotesAsync("packages")).Tags.ShouldBeEmpty();
    }

    [Fact]
    public async Task Copy_ToAnotherStore_CarriesFilesBaseAndLineageOnce()
    {
        var (source, target) = (Open(), Open());
        var lineage = await Sample.LineageAsync(source);
        await source.RegisterAsync(await Sample.RequestAsync(source, "a", "run-1", lineage));
        await source.MoveAliasAsync(Sample.Move("champion", 1, null) with { Waiver = "" });
        var address = ModelAddress.Parse("models:/packages@champion");
        var copy = await RegistryCopy.CopyAsync(source, target, address, "ops");
        (await RegistryCopy.CopyAsync(source, target, address, "ops")).Version.ShouldBe(copy.Version);
        (await target.Artifacts.FindAsync("package", copy.Package)).ShouldNotBeNull().Files.Count.ShouldBe(1);
        (await target.LineageAsync(copy.Address)).Missing.ShouldBeEmpty();
        (await target.StateAsync("packages")).Aliases.ShouldBeEmpty();
        (await target.MoveAliasAsync(Sample.Move("champion", 1, null) with { Waiver = "" })).To.ShouldBe(1);
    }

    [Fact]
    public async Task F37_ChangedFile_IsRefusedAtDownload()
    {
        using var directory = new TempDirectory();
        var store = stores.Open("directory");
        var registry = new ModelRegistry(store);
        var version = await Sample.RegisterAsync(registry, "good");
        var manifest = (await registry.Artifacts.FindAsync("package", version.Package)).ShouldNotBeNull();
        await store.PutAsync((await Keys(store)).Single(key => key.StartsWith("blobs/", StringComparison.Ordinal)),
            new MemoryStream("evil"u8.ToArray()));
        var refused = await Should.ThrowAsync<ObjectStoreException>(
            () => registry.Artifacts.GetFileAsync(manifest.Files[0], directory.Combine("file")));
        refused.Error.ShouldBe(ObjectStoreError.Integrity);
        File.Exists(directory.Combine("file")).ShouldBeFalse();
    }

    private static Task<RegistryException> Refused(Func<Task> action) => Should.ThrowAsync<RegistryException>(action);

    private static async Task<List<string>> Keys(IObjectStore store)
    {
        var keys = new List<string>();
        await foreach (var info in store.ListAsync(""))
        {
            keys.Add(info.Key);
        }

        return keys;
    }

    private ModelRegistry Open() => new(stores.Open("directory"));
}
