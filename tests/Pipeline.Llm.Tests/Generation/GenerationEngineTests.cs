using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Generation;

public sealed partial class GenerationEngineTests
{
    private static readonly int[][] Prompts =
        [.. Enumerable.Range(0, 12)
            .Select(i => Enumerable.Range(0, 5 + (7 * i)).Select(k => 10 + ((k * 37) + (i * 101)) % 8000).ToArray())];

    [Fact]
    public async Task B_19_Submit_BatchOfTwelve_SameTokensAsOneByOne()
    {
        await using var fixture = new EngineFixture(new GenerationOptions { PrefillTokens = 40 });
        var alone = new List<int[]>();
        foreach (var prompt in Prompts)
        {
            alone.Add(await fixture.RunAsync(prompt));
        }

        var together = await Task.WhenAll(Prompts.Select(prompt => fixture.RunAsync(prompt)));
        together.ShouldBe(alone);
        alone.Select(tokens => tokens.Length).ShouldAllBe(length => length == 24);
    }

    [Fact]
    public async Task S0_47_Submit_MixedAdaptersInOneBatch_SameTokensAsEachAlone()
    {
        await using var fixture = new EngineFixture();
        EngineFixture.MakeAdapters(fixture.Directory.Path, 3);
        string?[] names = [null, "a0", "a1", "a2"];
        foreach (var name in names.OfType<string>())
        {
            await fixture.Engine.LoadAdapterAsync(name, AdapterContent.Read(fixture.Directory.Combine(name)));
        }

        var alone = new List<int[]>();
        for (var i = 0; i < Prompts.Length; i++)
        {
            alone.Add(await fixture.RunAsync(Prompts[i], names[i % 4]));
        }

        (await Task.WhenAll(Prompts.Select((prompt, i) => fixture.RunAsync(prompt, names[i % 4])))).ShouldBe(alone);
        var answers = await Task.WhenAll(names.Select(name => fixture.RunAsync(Prompts[0], name)));
        answers.Select(tokens => string.Join(',', tokens)).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public async Task S0_47_Submit_AdaptersOfEveryKindInOneBatch_SameTokensAsEachAlone()
    {
        await using var fixture = new EngineFixture();
        var lora = new LoraConfig { Rank = 4, Alpha = 32, TargetModules = LoraConfig.AllProjections };
        EngineFixture.MakeAdapters(fixture.Directory.Path,
        [
            lora,
            lora with { UseDora = true },
            lora with { LoraHasBias = true, TargetModules = ["q_proj", "v_proj"] },
            lora with { ModulesToSave = ["norm"] },
        ]);
        string?[] names = [null, "a0", "a1", "a2", "a3"];
        foreach (var name in names.OfType<string>())
        {
            await fixture.Engine.LoadAdapterAsync(name, AdapterContent.Read(fixture.Directory.Combine(name)));
        }

        fixture.Engine.Status().Adapters.ShouldBe(4);
        var alone = new List<int[]>();
        foreach (var name in names)
        {
            alone.Add(await fixture.RunAsync(Prompts[0], name));
        }

        (await Task.WhenAll(names.Select(name => fixture.RunAsync(Prompts[0], name)))).ShouldBe(alone);
        alone.Select(tokens => string.Join(',', tokens)).Distinct().Count().ShouldBe(5);
        foreach (var name in names.OfType<string>())
        {
            using var model = CausalLanguageModel.Load(EngineFixture.ModelDirectory, new() { Threads = 1 });
            LoraAdapter.Load(model, fixture.Directory.Combine(name));
            Greedy(model, Prompts[0], 24).ShouldBe(alone[Array.IndexOf(names, name)], name);
            await fixture.Engine.UnloadAdapterAsync(name);
        }

        (await fixture.RunAsync(Prompts[0])).ShouldBe(alone[0]);
    }

    [Fact]
    public async Task S0_47_AdapterBank_AgainstAttachedAdapters_SameTokens()
    {
        await using var fixture = new EngineFixture();
        EngineFixture.MakeAdapters(fixture.Directory.Path, 2);
        var banked = new List<int[]>();
        foreach (var name in (string[])["a0", "a1"])
        {
            await fixture.Engine.LoadAdapterAsync(name, AdapterContent.Read(fixture.Directory.Combine(name)));
            banked.Add(await fixture.RunAsync(Prompts[3], name));
        }

        using var pages = new KeyValuePages(fixture.Model, 4096);
        using var host = new ModuleAdapterHost(fixture.Model);
        host.Prepare("a0", AdapterContent.Read(fixture.Directory.Combine("a0"))).Attach();
        host.Prepare("a1", AdapterContent.Read(fixture.Directory.Combine("a1"))).Attach();
        var runner = new BatchRunner(fixture.Model, host, pages);
        var sequences = new[] { "a0", "a1" }.Select(name => new SequenceState(
            new GenerationRequest
            {
                Prompt = Prompts[3],
                Adapter = name,
                Sampling = new SamplingOptions { MaxTokens = 24 }
            }, 1024)).ToList();
        for (var step = 0; step < 24; step++)
        {
            var tokens = runner.Run([.. sequences.Select(sequence => (sequence, sequence.Pending))]);
            sequences.Zip(tokens).ToList().ForEach(pair => pair.First.Tokens.Add(pair.Second!.Id));
        }

        sequences.Select(sequence => sequence.Tokens.Skip(Prompts[3].Length).ToArray()).ShouldBe(banked);
    }

    [Fact]
    public async Task S0_48_Submit_AfterFailuresAndAdapters_BaseNumbersAreBitEqual()
    {
        await using var fixture = new EngineFixture();
        EngineFixture.MakeAdapters(fixture.Directory.Path, 1);
        var before = await NumbersAsync(fixture);
        await fixture.Engine.LoadAdapterAsync("a0", AdapterContent.Read(fixture.Directory.Combine("a0")));
        await fixture.RunAsync(Prompts[1], "a0");
        Should.Throw<GenerationException>(
            () => fixture.Engine.Submit(new GenerationRequest { Prompt = Prompts[1], Adapter = "missing" }));
        var failing = fixture.Engine.Submit(new GenerationRequest
        {
            Prompt = Prompts[1],
            Adapter = "a0",
            Sampling = new SamplingOptions
            {
                Temperature = 1,
                LogitBias = new Dictionary<int, double> { [1 << 20] = 1 },
            },
        });
        await Should.ThrowAsync<GenerationException>(async () => await failing.ReadAllAsync().ToListAsync());
        (await NumbersAsync(fixture)).ShouldBe(before);
        await fixture.Engine.UnloadAdapterAsync("a0");
        (await NumbersAsync(fixture)).ShouldBe(before);
        fixture.Engine.Status().ShouldBe(fixture.Engine.Status() with { Running = 0, Adapters = 0 });
    }

    [Fact]
    public async Task Submit_SameSeed_SameTokensAloneAndInABatch()
    {
        await using var fixture = new EngineFixture();
        var sampling = new SamplingOptions
        {
            Temperature = 0.9,
            TopK = 50,
            TopP = 0.95,
            MinP = 0.01,
            RepetitionPenalty = 1.1,
            Seed = 7,
        };
        var alone = await fixture.RunAsync(Prompts[2], sampling: sampling);
        var together = await Task.WhenAll(Prompts.Select(prompt => fixture.RunAsync(prompt, sampling: sampling)));
        together[2].ShouldBe(alone);
        (await fixture.RunAsync(Prompts[2], sampling: sampling with { Seed = 8 })).ShouldNotBe(alone);
    }

    [Fact]
    public async Task B59_PrefixCache_SameScopeOnly_AndNeverChangesTokens()
    {
        await using var fixture = new EngineFixture();
        var prompt = Enumerable.Range(0, 100).Select(i => 20 + ((i * 91) % 8000)).ToArray();
        async Task<(int Cached, int[] Tokens)> Run(string scope)
        {
            var stream = fixture.Engine.Submit(
                new GenerationRequest
                {
                    Prompt = prompt,
                    CacheScope = scope,
                    Sampling = new SamplingOptions { MaxTokens = 8 },
                });
            var tokens = await stream.ReadAllAsync().Select(token => token.Id).ToListAsync();
            return (stream.CachedPromptTokens, [.. tokens]);
        }

        var first = await Run("tenant-a/base");
        first.Cached.ShouldBe(0);
        var again = await Run("tenant-a/base");
        again.Cached.ShouldBe(96);
        again.Tokens.ShouldBe(first.Tokens);
        (await Run("tenant-b/base")).Cached.ShouldBe(0);
        (await Run("")).Cached.ShouldBe(0);
    }

    [Fact]
    public async Task Cancel_RunningSequence_FreesItsPlaceAndPages()
    {
        await using var fixture = new EngineFixture(new GenerationOptions { MaxBatch = 1, PrefixCache = false });
        var endless = fixture.Engine.Submit(
            new GenerationRequest { Prompt = Prompts[0], Sampling = new SamplingOptions { MaxTokens = 1000 } });
        var tokens = endless.ReadAllAsync().GetAsyncEnumerator(TestContext.Current.CancellationToken);
        (await tokens.MoveNextAsync()).ShouldBeTrue();
        var next = fixture.RunAsync(Prompts[1], tokens: 4);
        next.IsCompleted.ShouldBeFalse();
        endless.Cancel();
        (await next).Length.ShouldBe(4);
        while (await tokens.MoveNextAsync())
        {
            tokens.Current.Id.ShouldBeGreaterThanOrEqualTo(0);
        }

        endless.FinishReason.ShouldBe(FinishReason.Cancelled);
        await fixture.Engine.UnloadAdapterAsync("none");
        await fixture.RunAsync(Prompts[1], tokens: 1);
        await fixture.Engine.UnloadAdapterAsync("none");
        fixture.Engine.Status().CacheTokens.ShouldBeLessThanOrEqualTo(KeyValuePages.PageSize);
    }

    [Fact]
    public async Task Submit_MoreThanTheCacheHolds_WaitsAndEnds()
    {
        await using var fixture =
            new EngineFixture(new GenerationOptions { CacheTokens = 1024, ContextLength = 256, MaxBatch = 32 });
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 24)
                .Select(i => fixture.RunAsync(Prompts[i % 12], tokens: 100, scope: $"t{i % 3}/base")));
        answers.ShouldAllBe(tokens => tokens.Length == 100);
        for (var i = 0; i < 12; i++)
        {
            answers[i].ShouldBe(answers[i + 12]);
        }
    }

    [Fact]
    public async Task Submit_StopTokenAndLimits_EndTheSequence()
    {
        await using var fixture = new EngineFixture();
        var free = await fixture.RunAsync(Prompts[4]);
        var stop = fixture.Engine.Submit(new GenerationRequest
        {
            Prompt = Prompts[4],
            Sampling = new SamplingOptions
            {
                MaxTokens = 24,
                StopTokens = new HashSet<int> { free[5] },
                TopLogProbs = 3,
            },
        });
        var tokens = await stop.ReadAllAsync().ToListAsync();
        tokens.Select(token => token.Id).ShouldBe(free.TakeWhile(id => id != free[5]));
        stop.FinishReason.ShouldBe(FinishReason.Stop);
        foreach (var token in tokens)
        {
            token.Top.Count.ShouldBe(3);
            token.Top[0].ShouldBe(new TokenLogProb(token.Id, token.LogProb));
            token.Top.Select(top => top.LogProb).ShouldBeInOrder(SortDirection.Descending);
            token.Entropy.ShouldBeInRange(0, Math.Log(8192));
        }

        Should.Throw<ArgumentException>(
            () => fixture.Engine.Submit(new GenerationRequest { Prompt = [] })).Message.ShouldContain("0 tokens");
        Should.Throw<ArgumentException>(
            () => fixture.Engine.Submit(new GenerationRequest { Prompt = [9000] })).Message.ShouldContain("9000");
        Should.Throw<ArgumentException>(() =>
            fixture.Engine.Submit(new GenerationRequest { Prompt = new int[1024] })).Message.ShouldContain("1023");
    }

    [Fact]
    public async Task S2_33_Entropy_IsThatOfTheModelsDistribution()
    {
        await using var fixture = new EngineFixture();
        var numbers = await NumbersAsync(fixture);
        using var model = CausalLanguageModel.Load(EngineFixture.ModelDirectory, new() { Threads = 1 });
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var mode = TorchSharp.torch.no_grad();
        var ids = Prompts[5].Concat(numbers.Select(token => token.Id)).Select(id => (long)id).ToArray();
        var logits = model.Logits(model.Hidden(new ModelInput { InputIds = TorchSharp.torch.tensor(ids).unsqueeze(0) }))
            .squeeze(0);
        for (var i = 0; i < numbers.Count; i++)
        {
            var row = logits[Prompts[5].Length - 1 + i].data<float>().Select(value => (double)value).ToArray();
            var top = row.Max();
            var sum = row.Sum(value => Math.Exp(value - top));
            var entropy = -row.Sum(value => Math.Exp(value - top) / sum * (value - top - Math.Log(sum)));
            numbers[i].Entropy.ShouldBe(entropy, 1e-4);
            numbers[i].LogProb.ShouldBe(row[numbers[i].Id] - top - Math.Log(sum), 1e-4);
        }
    }

    private static async Task<IReadOnlyList<GeneratedToken>> NumbersAsync(EngineFixture fixture)
    {
        var stream = fixture.Engine.Submit(
            new GenerationRequest { Prompt = Prompts[5], Sampling = new SamplingOptions { MaxTokens = 16 } });
        return [.. (await stream.ReadAllAsync().ToListAsync()).Select(token => token with { Top = [] })];
    }

    private static int[] Greedy(CausalLanguageModel model, int[] prompt, int count)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        List<int> all = [.. prompt];
        for (var i = 0; i < count; i++)
        {
            var hidden =
                model.Hidden(new() { InputIds = tensor(all.ConvertAll(id => (long)id).ToArray()).unsqueeze(0) });
            all.Add((int)model.Logits(hidden.narrow(1, all.Count - 1, 1)).argmax(-1).item<long>());
        }

        return [.. all.Skip(prompt.Length)];
    }
}
