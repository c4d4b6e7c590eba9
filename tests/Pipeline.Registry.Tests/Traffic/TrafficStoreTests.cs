using Pipeline.Registry.Storage.Directories;
using Pipeline.Registry.Traffic;

namespace Pipeline.Registry.Tests.Traffic;

public sealed class TrafficStoreTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private static TrafficState Stable => new()
    {
        Alias = "support",
        Stable = new TrafficArm { Adapter = "support@1" },
    };

    [Fact]
    public async Task Set_FirstVersion_ReadsBackTheSame()
    {
        var store = Open();
        (await store.ReadAsync("support")).ShouldBeNull();
        var stored = await store.SetAsync(Stable, 0, "ann", "first");
        stored.Version.ShouldBe(1);
        stored.UpdatedAt.ShouldBe(new FakeTime().GetUtcNow());
        (await store.ReadAsync("support")).ShouldBe(stored);
        (await store.ReadAfterAsync("support", 1)).ShouldBeNull();
        (await store.AliasesAsync()).ShouldBe(["support"]);
    }

    [Fact]
    public async Task Set_OldExpectation_NamesTheWinner()
    {
        var store = Open();
        await store.SetAsync(Stable, 0, "ann", "first");
        var winner = await store.SetAsync(WithCandidate(5), 1, "ann", "step 1");
        var error = await Should.ThrowAsync<TrafficConflictException>(
            () => store.SetAsync(WithCandidate(50), 1, "bob", "hurry"));
        error.Current.ShouldBe(winner);
    }

    [Fact]
    public async Task Set_RetriedChange_IsOneVersion()
    {
        var store = Open();
        await store.SetAsync(Stable, 0, "ann", "first");
        var one = await store.SetAsync(WithCandidate(5), 1, "ann", "step 1");
        (await store.SetAsync(WithCandidate(5), 1, "ann", "step 1")).ShouldBe(one);
        (await store.HistoryAsync("support").ToListAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Set_TwentyWritersOfOneVersion_ExactlyOneWins()
    {
        var store = Open();
        await store.SetAsync(Stable, 0, "ann", "first");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            try
            {
                await store.SetAsync(WithCandidate(i), 1, $"writer {i}", "race");
                return 1;
            }
            catch (TrafficConflictException)
            {
                return 0;
            }
        }));
        outcomes.Sum().ShouldBe(1);
        (await store.HistoryAsync("support").Select(state => state.Version).ToListAsync()).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task RollBack_DuringARollout_LeavesStableWithEverything()
    {
        var store = Open();
        await store.SetAsync(Stable, 0, "ann", "first");
        await store.SetAsync(WithCandidate(25), 1, "ann", "step 2");
        var state = await store.RollBackAsync("support", "canary", "error rate");
        state!.Candidate.ShouldBeNull();
        state.CandidatePercent.ShouldBe(0);
        state.Reason.ShouldBe("error rate");
        (await store.RollBackAsync("support", "canary", "again"))!.Version.ShouldBe(state.Version);
        (await store.RollBackAsync("nobody", "canary", "none")).ShouldBeNull();
    }

    [Fact]
    public async Task Promoted_Candidate_BecomesStable()
    {
        var store = Open();
        await store.SetAsync(Stable, 0, "ann", "first");
        var canary = await store.SetAsync(WithCandidate(100), 1, "ann", "last step");
        var promoted = await store.SetAsync(canary.Promoted(), 2, "ann", "passed");
        promoted.Stable.Adapter.ShouldBe("support@2");
        promoted.Candidate.ShouldBeNull();
        Should.Throw<InvalidOperationException>(() => promoted.Promoted());
    }

    [Theory]
    [InlineData("../escape", 0, "support@2")]
    [InlineData("Support", 0, "support@2")]
    [InlineData("support", 101, "support@2")]
    [InlineData("support", double.NaN, "support@2")]
    [InlineData("support", 5, "support")]
    [InlineData("support", 5, "../x@2")]
    [InlineData("support", 5, "support@../../2")]
    [InlineData("support", 5, "support@2/x")]
    public async Task Set_UnacceptableState_IsRefused(string alias, double percent, string adapter)
    {
        var state = new TrafficState
        {
            Alias = alias,
            Stable = new TrafficArm { Adapter = "support@1" },
            Candidate = new TrafficArm { Adapter = adapter },
            CandidatePercent = percent,
        };
        await Should.ThrowAsync<ArgumentException>(() => Open().SetAsync(state, 0, "ann", "bad"));
    }

    [Fact]
    public async Task Read_DamagedObject_NamesTheKey()
    {
        var store = Open();
        await store.SetAsync(Stable, 0, "ann", "first");
        var file = Directory.GetFiles(_directory.Path, "0000000001.json", SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(file, "{\"alias\":");
        (await Should.ThrowAsync<InvalidDataException>(() => store.ReadAsync("support"))).Message.ShouldContain(
            "traffic/support/0000000001.json");
    }

    public void Dispose() => _directory.Dispose();

    private static TrafficState WithCandidate(double percent) =>
        Stable with
        {
            Candidate = new TrafficArm { Adapter = "support@2" },
            CandidatePercent = percent,
            Rollout = "r1"
        };

    private TrafficStore Open() => new(new DirectoryObjectStore(_directory.Combine("store")), new FakeTime());
}
