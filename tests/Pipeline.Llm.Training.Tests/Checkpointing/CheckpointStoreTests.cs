using Pipeline.Llm.Training.Checkpointing;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Tests.Checkpointing;

public sealed class CheckpointStoreTests
{
    [Fact]
    public void S0_10_ManySaves_KeepTheNewestTheBestAndThePinned()
    {
        using var folder = new TempDirectory();
        var store = CheckpointStore.Open(folder.Path, keep: 2);
        for (var step = 1; step <= 9; step++)
        {
            Save(store, step, metric: step switch { 3 => 0.5, 6 => 0.7, _ => null });
            if (step == 4)
            {
                store.Pin(4);
            }
        }

        store.List().Select(m => m.State.Step).ShouldBe([3, 4, 8, 9]);
        Directory.GetFiles(folder.Combine("objects")).Length.ShouldBe(4);
        store.Best(static _ => { })!.Manifest.State.Step.ShouldBe(3);
    }

    [Theory]
    [InlineData("truncate")]
    [InlineData("flip")]
    [InlineData("empty")]
    [InlineData("delete")]
    public void F21_F22_DamagedPayload_IsNeverChosen(string damage)
    {
        using var folder = new TempDirectory();
        var store = CheckpointStore.Open(folder.Path);
        Save(store, 1, metric: 0.9);
        Save(store, 2, metric: 0.1);
        Damage(store.Latest(static _ => { })!.Paths["parameters"], damage);
        var warnings = new List<string>();
        store.Latest(warnings.Add)!.Manifest.State.Step.ShouldBe(1);
        store.Best(static _ => { })!.Manifest.State.Step.ShouldBe(1);
        warnings.ShouldHaveSingleItem();
        warnings[0].ShouldContain("step-00000002-0001.manifest.json is damaged");
        warnings[0].ShouldContain("using step-00000001-0001.manifest.json");
    }

    [Theory]
    [InlineData("nothing", 2)]
    [InlineData("manifest missing", 1)]
    [InlineData("manifest cut", 1)]
    [InlineData("payload cut", 1)]
    [InlineData("payload missing", 1)]
    public void S0_39_KilledAfterANewBest_KeepsItOrTheOneBefore(string torn, int expected)
    {
        using var folder = new TempDirectory();
        var store = CheckpointStore.Open(folder.Path, keep: 1);
        Save(store, 1, metric: 0.9);
        var objects = Directory.GetFiles(folder.Combine("objects")).ToHashSet();
        // Whatever a kill leaves behind of the second save, the first is not removed before the second is whole.
        var first = Directory.GetFiles(folder.Path, "step-00000001-*").Single();
        var (kept, payloads) = (File.ReadAllBytes(first), objects.ToDictionary(path => path, File.ReadAllBytes));
        Save(store, 2, metric: 0.1);
        if (torn != "nothing")
        {
            File.WriteAllBytes(first, kept);
            payloads.ToList().ForEach(pair => File.WriteAllBytes(pair.Key, pair.Value));
            var manifest = Directory.GetFiles(folder.Path, "step-00000002-*").Single();
            var payload = Directory.GetFiles(folder.Combine("objects")).First(path => !objects.Contains(path));
            var target = torn.StartsWith("manifest", StringComparison.Ordinal) ? manifest : payload;
            if (torn.EndsWith("missing", StringComparison.Ordinal))
            {
                File.Delete(target);
            }
            else
            {
                File.WriteAllBytes(target, File.ReadAllBytes(target)[..20]);
            }
        }

        var best = CheckpointStore.Open(folder.Path, keep: 1).Best(static _ => { });
        best.ShouldNotBeNull().Manifest.State.Step.ShouldBe(expected);
        best.Read("parameters").ShouldNotBeEmpty();
    }

    [Fact]
    public void F21_TornManifest_IsPassedOver()
    {
        using var folder = new TempDirectory();
        var store = CheckpointStore.Open(folder.Path);
        Save(store, 1);
        Save(store, 2);
        var manifest = Directory.GetFiles(folder.Path, "step-00000002-*").Single();
        File.WriteAllBytes(manifest, File.ReadAllBytes(manifest)[..100]);
        store.Latest(static _ => { })!.Manifest.State.Step.ShouldBe(1);
    }

    [Fact]
    public void Latest_NothingIntact_SaysSoAndGivesNothing()
    {
        using var folder = new TempDirectory();
        var store = CheckpointStore.Open(folder.Path);
        Save(store, 1);
        Damage(store.Latest(static _ => { })!.Paths["parameters"], "delete");
        var warnings = new List<string>();
        store.Latest(warnings.Add).ShouldBeNull();
        warnings[0].ShouldContain("no older checkpoint is intact");
    }

    [Fact]
    public void Save_AfterALaterAttemptTookOver_IsRefused()
    {
        using var folder = new TempDirectory();
        var zombie = CheckpointStore.Open(folder.Path);
        Save(zombie, 1);
        var owner = CheckpointStore.Open(folder.Path);
        Should.Throw<StaleAttemptException>(() => Save(zombie, 2)).Message.ShouldContain("attempt 2 has taken over");
        Save(owner, 2);
        owner.Latest(static _ => { })!.Manifest.Attempt.ShouldBe(2);
        Should.Throw<StaleAttemptException>(() => CheckpointStore.Open(folder.Path, attempt: 1));
    }

    [Fact]
    public void Open_AfterAKillWhileWriting_SweepsTemporaryFiles()
    {
        using var folder = new TempDirectory();
        Save(CheckpointStore.Open(folder.Path), 1);
        File.WriteAllText(folder.Combine("objects", "x.tmp"), "half");
        CheckpointStore.Open(folder.Path).Latest(static _ => { })!.Manifest.State.Step.ShouldBe(1);
        File.Exists(folder.Combine("objects", "x.tmp")).ShouldBeFalse();
    }

    [Fact]
    public void S2_09_SaveLoadSave_GivesTheSameDigest()
    {
        using var folder = new TempDirectory();
        using var scope = NewDisposeScope();
        var store = CheckpointStore.Open(folder.Path);
        Save(store, 1);
        var first = store.Latest(static _ => { })!;
        var again = store.Save(new() { Step = 2 },
            new Dictionary<string, IEnumerable<(string, Tensor)>> { ["parameters"] = first.Read("parameters") });
        again.Files["parameters"].ShouldBe(first.Manifest.Files["parameters"]);
    }

    private static void Save(CheckpointStore store, int step, double? metric = null)
    {
        using var scope = NewDisposeScope();
        store.Save(
            new() { Step = step },
            new Dictionary<string, IEnumerable<(string, Tensor)>>
            {
                ["parameters"] = [("w", full([3, 5], step)), ("half", ones(2, dtype: ScalarType.BFloat16))],
            },
            metric);
    }

    private static void Damage(string path, string how)
    {
        var bytes = File.ReadAllBytes(path);
        switch (how)
        {
            case "truncate":
                File.WriteAllBytes(path, bytes[..^3]);
                break;
            case "flip":
                bytes[^5] ^= 1;
                File.WriteAllBytes(path, bytes);
                break;
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            default:
                File.Delete(path);
                break;
        }
    }
}
