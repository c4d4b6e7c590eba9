using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Tests.Support;

namespace Pipeline.Gateway.Tests.Adapters;

public sealed class AdapterCacheTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly FakeEngine _engine = new();

    [Fact]
    public async Task S0_45_Acquire_FiftyFirstAdapter_EvictsTheLeastRecentlyUsed()
    {
        var cache = new AdapterCache(_engine, 50, 50);
        var adapters = Make(51);
        foreach (var adapter in adapters.Take(50))
        {
            (await cache.AcquireAsync(adapter)).Dispose();
        }

        (await cache.AcquireAsync(adapters[0])).Dispose();
        (await cache.AcquireAsync(adapters[50])).Dispose();
        cache.Resident.ShouldBe(50);
        _engine.Loaded.ShouldContain(adapters[0].EngineName);
        _engine.Loaded.ShouldNotContain(adapters[1].EngineName);
        (await cache.AcquireAsync(adapters[1])).Dispose();
        _engine.Loads.Count(name => name == adapters[1].EngineName).ShouldBe(2);
    }

    [Fact]
    public async Task S0_45_Acquire_ThousandRandomLoads_StaysBoundedAndNeverEvictsOneInUse()
    {
        var cache = new AdapterCache(_engine, 50, 50);
        var (adapters, random) = (Make(120), new Random(1));
        using var held = await cache.AcquireAsync(adapters[7]);
        await Parallel.ForEachAsync(Enumerable.Range(0, 1_000).Select(_ => random.Next(120)).ToArray(),
            new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, cancellation) =>
        {
            using var lease = await cache.AcquireAsync(adapters[i], cancellation);
            _engine.Loaded.ShouldContain(adapters[i].EngineName);
            await Task.Yield();
            _engine.Loaded.ShouldContain(adapters[i].EngineName);
        });
        cache.Resident.ShouldBeLessThanOrEqualTo(50);
        _engine.MostLoaded.ShouldBeLessThanOrEqualTo(50);
        _engine.Loads.Count(name => name == adapters[7].EngineName).ShouldBe(1);
    }

    [Fact]
    public async Task S0_46_Acquire_SameAdapterManyTimesAtOnce_IsOneRead()
    {
        var gate = new TaskCompletionSource();
        _engine.Loading = _ => gate.Task;
        var cache = new AdapterCache(_engine, 4, 4);
        var adapter = Make(1)[0];
        var leases = Enumerable.Range(0, 20).Select(_ => cache.AcquireAsync(adapter)).ToList();
        gate.SetResult();
        (await Task.WhenAll(leases)).ToList().ForEach(lease => lease.Dispose());
        _engine.Loads.Count.ShouldBe(1);
    }

    [Fact]
    public async Task S1_34_Acquire_FifthConcurrentAdapter_WaitsInsteadOfFailing()
    {
        var cache = new AdapterCache(_engine, 4, 4);
        var adapters = Make(6);
        var held = new List<AdapterLease>();
        foreach (var adapter in adapters.Take(4))
        {
            held.Add(await cache.AcquireAsync(adapter));
        }

        var (fifth, sixth) = (cache.AcquireAsync(adapters[4]), cache.AcquireAsync(adapters[5]));
        using var again = await cache.AcquireAsync(adapters[1]);
        fifth.IsCompleted.ShouldBeFalse();
        held[0].Dispose();
        using var got = await fifth;
        sixth.IsCompleted.ShouldBeFalse();
        held[2].Dispose();
        (await sixth).Dispose();
        _engine.Loaded.ShouldContain(adapters[1].EngineName);
    }

    [Fact]
    public async Task Acquire_GivenUp_LeavesNoTrace()
    {
        var cache = new AdapterCache(_engine, 1, 1);
        var adapters = Make(2);
        var first = await cache.AcquireAsync(adapters[0]);
        using var impatient = new CancellationTokenSource();
        var waiting = cache.AcquireAsync(adapters[1], impatient.Token);
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        first.Dispose();
        (await cache.AcquireAsync(adapters[1])).Dispose();
    }

    [Fact]
    public async Task F37_Acquire_FilesChangedAfterApproval_IsRefusedUntilTheyAreBack()
    {
        var cache = new AdapterCache(_engine, 4, 4);
        var adapter = Make(1)[0];
        var file = Path.Combine(adapter.Directory, "adapter_model.safetensors");
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllTextAsync(file, "other");
        var error = await Should.ThrowAsync<AdapterLoadException>(() => cache.AcquireAsync(adapter));
        error.Code.ShouldBe("E-REG-DIGEST");
        _engine.Loads.ShouldBeEmpty();
        cache.Resident.ShouldBe(0);
        await File.WriteAllBytesAsync(file, bytes);
        (await cache.AcquireAsync(adapter)).Dispose();
    }

    [Fact]
    public async Task Drain_AdapterInUse_WaitsForItsLastUser()
    {
        var cache = new AdapterCache(_engine, 4, 4);
        var adapter = Make(1)[0];
        var lease = await cache.AcquireAsync(adapter);
        var drained = cache.DrainAsync(adapter);
        drained.IsCompleted.ShouldBeFalse();
        lease.Dispose();
        await drained;
        _engine.Loaded.ShouldBeEmpty();
    }

    public void Dispose() => _folder.Dispose();

    private List<ServedAdapter> Make(int count) => [.. Enumerable.Range(0, count).Select(i =>
    {
        var directory = Directory.CreateDirectory(_folder.Combine($"a{i}")).FullName;
        File.WriteAllText(Path.Combine(directory, "adapter_config.json"), "{}");
        File.WriteAllText(Path.Combine(directory, "adapter_model.safetensors"), $"{i}");
        return new ServedAdapter
        {
            Name = $"a{i}", Version = "1", Directory = directory, Digest = AdapterFiles.Digest($"a{i}", directory),
        };
    })];
}
