using Microsoft.Extensions.DependencyInjection;
using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Tests.Support;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using TorchSharp;

namespace Pipeline.Gateway.Tests.Engine;

/// <summary>The gateway over the real engine and the shipped base model.</summary>
public sealed class RealEngineTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly string[] Questions =
        ["zlib1g?", "Name the section of python3-numpy.", "What is a library?", "fonts-dejavu"];

    private readonly TempDirectory _folder = new();
    private CausalLanguageModel? _model;
    private GenerationEngine? _engine;

    private GenerationEngine Engine => _engine ?? throw new InvalidOperationException("not started");

    public ValueTask InitializeAsync()
    {
        _model = CausalLanguageModel.Load(TestGateway.ModelDirectory, new() { Threads = 1 });
        _engine = new GenerationEngine(_model, new GenerationOptions { MaxBatch = 16 });
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _model?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task S0_44_S0_45_InterleavedTenantsWithEviction_GiveExactlyTheSingleTenantAnswers()
    {
        MakeAdapters(5);
        var alone = new Dictionary<(int Tenant, int Question), string>();
        await using (var single = await StartAsync(maxLoras: 1))
        {
            foreach (var tenant in Enumerable.Range(0, 5))
            {
                foreach (var question in Enumerable.Range(0, Questions.Length))
                {
                    alone[(tenant, question)] = await AskAsync(single, tenant, question);
                }
            }
        }

        alone.Values.Distinct().Count().ShouldBeGreaterThan(12);
        await using var gateway = await StartAsync(maxLoras: 2);
        var random = new Random(1);
        var order = Enumerable.Range(0, 60)
            .Select(_ => (Tenant: random.Next(5), Question: random.Next(Questions.Length))).ToList();
        var answers = await Task.WhenAll(order.Select(pair => AskAsync(gateway, pair.Tenant, pair.Question)));
        answers.ShouldBe(order.Select(pair => alone[pair]));
        Engine.Status().Adapters.ShouldBeLessThanOrEqualTo(4);
    }

    [Fact]
    public async Task S0_46_LoadWhileTenStreamsRun_ChangesNothing()
    {
        MakeAdapters(2);
        await using var gateway = await StartAsync(maxLoras: 4);
        var before = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(i => AskAsync(gateway, i % 2 == 0 ? -1 : 0, i % 4, tokens: 40)));
        gateway.Catalog.Remove("a1");
        var running = Enumerable.Range(0, 10).Select(i => AskAsync(gateway, i % 2 == 0 ? -1 : 0, i % 4, tokens: 40))
            .ToList();
        (await gateway.PostAsync(
            "/v1/load_lora_adapter", new { lora_name = "a1", lora_path = "a1" }, gateway.Admin)).Status.ShouldBe(200);
        (await Task.WhenAll(running)).ShouldBe(before);
        await File.WriteAllTextAsync(Path.Combine(_folder.Combine("a1"), "adapter_model.safetensors"), "damaged");
        var (status, body, _) =
            await gateway.PostAsync("/v1/load_lora_adapter", new { lora_name = "a2", lora_path = "a1" }, gateway.Admin);
        status.ShouldBe(400);
        body.GetProperty("error").GetProperty("code").GetString().ShouldBe("E-ADAPTER-DAMAGED");
        (await AskAsync(gateway, 0, 1, tokens: 40)).ShouldBe(before[1]);
    }

    [Fact]
    public async Task F38_S1_36_MoreAdaptersThanTheCacheHolds_AreAllServed()
    {
        MakeAdapters(40, rank: 1, targets: ["q_proj"]);
        await using var gateway = await StartAsync(maxLoras: 8);
        var random = new Random(2);
        var order = Enumerable.Range(0, 80).Select(_ => random.Next(40)).ToList();
        var answers = await Task.WhenAll(order.Select(tenant => AskAsync(gateway, tenant, 0, tokens: 4)));
        order.Zip(answers).GroupBy(pair => pair.First, pair => pair.Second)
            .ShouldAllBe(group => group.Distinct().Count() == 1);
        Engine.Status().Adapters.ShouldBeLessThanOrEqualTo(8);
    }

    [Fact]
    public async Task S2_38_SwappingAdaptersOnOneBase_IsQuickAndDoesNotStallARunningStream()
    {
        MakeAdapters(12, rank: 8);
        await using var gateway = await StartAsync(maxLoras: 4);
        var stream = AskAsync(gateway, -1, 0, tokens: 400);
        var times = new List<double>();
        for (var i = 0; i < 60; i++)
        {
            var adapter = gateway.Catalog.Find($"a{i % 12}") ?? throw new InvalidOperationException("missing");
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            (await gateway.App.Services.GetRequiredService<AdapterCache>().AcquireAsync(adapter)).Dispose();
            times.Add(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        output.WriteLine($"switch to an adapter that is not loaded: p50 {times[29]:f1} ms, p95 {times[56]:f1} ms");
        (await stream).ShouldBe(await AskAsync(gateway, -1, 0, tokens: 400));
        Engine.Status().Adapters.ShouldBeLessThanOrEqualTo(4);
        // Generous: the machine may be busy; the benchmark has the real figure.
        times[56].ShouldBeLessThan(2_000);
    }

    [Fact]
    public async Task S1_33_MergedAndAdapter_GiveTheSameTokens()
    {
        MakeAdapters(1);
        await using var gateway = await StartAsync(maxLoras: 1);
        using var merged = CausalLanguageModel.Load(TestGateway.ModelDirectory, new() { Threads = 1 });
        LoraAdapter.Load(merged, _folder.Combine("a0")).Merge();
        await using var engine = new GenerationEngine(merged);
        await using var other = await TestGateway.StartAsync(parts: parts => parts with { Engine = engine });
        foreach (var question in Enumerable.Range(0, Questions.Length))
        {
            (await AskAsync(gateway, 0, question, tokens: 64))
                .ShouldBe(await AskAsync(other, -1, question, tokens: 64));
        }
    }

    [Fact]
    public async Task B45_BadAdapters_AreRefusedWithATypedErrorAndTheServerGoesOn()
    {
        var fixture = Fixtures.Require("peft/bad");
        await using var gateway = await StartAsync(maxLoras: 2, root: fixture);
        var compared = 0;
        foreach (var name in Directory.GetDirectories(fixture).Select(Path.GetFileName).OfType<string>()
            .Where(name => name != "bf16-weights"))
        {
            var (status, body, _) = await gateway.PostAsync(
                "/v1/load_lora_adapter", new { lora_name = "bad", lora_path = name }, gateway.Admin);
            status.ShouldBe(400, name);
            body.GetProperty("error").GetProperty("code").GetString().ShouldNotBeNull().ShouldStartWith("E-ADAPTER");
            compared++;
        }

        Fixtures.Compared("peft/bad through the gateway", compared);
        (await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi"))).Status.ShouldBe(200);
    }

    private void MakeAdapters(int count, int rank = 4, string[]? targets = null)
    {
        using var model = CausalLanguageModel.Load(TestGateway.ModelDirectory, new() { Threads = 1 });
        using var mode = torch.no_grad();
        for (var i = 0; i < count; i++)
        {
            using var scope = torch.NewDisposeScope();
            var adapter = LoraAdapter.Create(
                model, new LoraConfig
                {
                    Rank = rank,
                    Alpha = 8 * rank,
                    TargetModules = targets ?? LoraConfig.AllProjections
                }, seed: i, name: "made");
            using var random = new torch.Generator((ulong)i);
            foreach (var (_, value) in adapter.Parameters.Where(
                pair => pair.Name.Contains("lora_B", StringComparison.Ordinal)))
            {
                value.copy_(torch.randn(value.shape, generator: random) * 0.02);
            }

            adapter.Save(_folder.Combine($"a{i}"));
            adapter.Remove();
        }
    }

    private async Task<TestGateway> StartAsync(int maxLoras, string? root = null)
    {
        var gateway = await TestGateway.StartAsync(
            options => options with
            {
                AdapterRoot = root ?? _folder.Path,
                MaxLoras = maxLoras,
                MaxCpuLoras = maxLoras,
                MaxQueuePerClient = 256
            },
            parts => parts with { Engine = Engine });
        AdapterFolder.Scan(_folder.Path, 64, _ => { }).ToList().ForEach(gateway.Catalog.Add);
        return gateway;
    }

    private static async Task<string> AskAsync(TestGateway gateway, int tenant, int question, int tokens = 16)
    {
        var model = tenant < 0 ? "bookworm" : $"a{tenant}";
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", new
        {
            model,
            messages = new[] { new { role = "user", content = Questions[question] } },
            max_tokens = tokens,
            temperature = 0,
            ignore_eos = true,
        });
        status.ShouldBe(200, body.ToString());
        return body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").ToString();
    }
}
