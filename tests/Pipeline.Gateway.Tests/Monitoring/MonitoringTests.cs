using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Gateway.Api;
using Pipeline.Gateway.Monitoring;
using Pipeline.Gateway.Serving;
using Pipeline.Gateway.Tests.Support;
using Pipeline.Registry.Monitoring;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Tests.Monitoring;

public sealed class MonitoringTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    [Fact]
    public async Task S1_39_Metrics_PerAdapterAndVersion_AgreeWithTheClient()
    {
        var engine = new FakeEngine { Pace = _ => Task.Delay(50), Script = _ => [5, 6, 7, 8, 9, 10, 11, 12, 13] };
        await using var gateway = await TestGateway.StartAsync(engine: engine);
        gateway.AddAdapter("timed-s139", "7", _folder.Path);
        var seconds = 0.0;
        for (var i = 0; i < 5; i++)
        {
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "timed-s139"));
            seconds += System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        var page = await gateway.Admin.GetStringAsync("/metrics");
        double Value(string name) => double.Parse(
            Regex.Match(page, $"^{name}{{adapter=\"timed-s139\",version=\"7\"[^}}]*}} (\\S+)$", RegexOptions.Multiline,
                TimeSpan.FromSeconds(1)).Groups[1].Value, CultureInfo.InvariantCulture);
        // On an idle machine the two agree within 1 %; the tolerance is for busy ones.
        Value("gen_ai_server_request_duration_sum").ShouldBe(seconds, 0.2 * seconds);
        Value("gen_ai_server_request_duration_count").ShouldBe(5);
        var (first, rest) =
            (Value("gen_ai_server_time_to_first_token_sum"), 7 * Value("gen_ai_server_time_per_output_token_sum"));
        (first + rest).ShouldBe(Value("gen_ai_server_request_duration_sum"), 1e-6);
        first.ShouldBeGreaterThanOrEqualTo(5 * 0.049);
        rest.ShouldBeGreaterThanOrEqualTo(35 * 0.049);
        Value("pipeline_gateway_entropy_sum").ShouldBe(5, 1e-9);
        page.ShouldContain(
            "pipeline_gateway_tokens_total{adapter=\"timed-s139\",version=\"7\",arm=\"\",kind=\"output\"} 40");
        page.ShouldContain(
            "pipeline_gateway_requests_total{adapter=\"timed-s139\",version=\"7\",arm=\"\",outcome=\"length\"} 5");
        page.ShouldContain("pipeline_gateway_adapter_loads_total{adapter=\"timed-s139\"} 1");
    }

    [Fact]
    public async Task S0_17_InjectedAnomaly_RaisesOneAlarmAndEndsTheRollout()
    {
        var drift = new DriftOptions { BaselineSize = 60, WindowSize = 20 };
        await using var gateway = await TestGateway.StartAsync(
            options => options with { RollBackOnDrift = true }, parts => parts with { Drift = drift });
        gateway.AddAdapter("help", "1", _folder.Path);
        gateway.AddAdapter("help", "2", _folder.Path);
        await gateway.SetTrafficAsync(new TrafficState
        {
            Alias = "help",
            Stable = new TrafficArm { Adapter = "help@1" },
            Candidate = new TrafficArm { Adapter = "help@2" },
            CandidatePercent = 100,
            Rollout = "r",
        });
        var random = new Random(3);
        for (var i = 0; i < 200; i++)
        {
            gateway.Fake.Entropy = (i < 100 ? 1 : 4) + (0.2 * random.NextDouble());
            await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "help"));
        }

        var alarms = await gateway.AdminAsync("/admin/alarms");
        alarms.GetArrayLength().ShouldBe(1);
        alarms[0].GetProperty("adapter").GetString().ShouldBe("help@2");
        alarms[0].GetProperty("alarm").GetProperty("stream").GetString().ShouldBe("entropy");
        await TestGateway.UntilAsync(
            async () => (await gateway.Traffic.ReadAsync("help"))?.Candidate is null, "the rollout was ended");
        (await gateway.Traffic.ReadAsync("help"))!.Reason.ShouldContain("entropy of help@2");
    }

    [Fact]
    public async Task F39_KilledInTheMiddle_LedgerMarksTheRequestIncomplete()
    {
        using (var dead = new UsageLedger(_folder.Path, new FakeTime()))
        {
            dead.Begin("r1", "acme", "help@1", "d1");
            dead.Begin("r2", "acme", "base", "");
            dead.End("r2", "complete", 3, 4);
        }

        await File.AppendAllTextAsync(_folder.Combine("usage.jsonl"), "{\"event\":\"beg");
        await File.AppendAllTextAsync(_folder.Combine("usage.jsonl"), "\n");
        new UsageLedger(_folder.Path, new FakeTime()).Dispose();
        new UsageLedger(_folder.Path, new FakeTime()).Dispose();
        var lines = await File.ReadAllLinesAsync(_folder.Combine("usage.jsonl"));
        lines.Count(line => line.Contains("\"incomplete\"")).ShouldBe(1);
        lines[^1].ShouldContain("\"id\":\"r1\"");
    }

    [Fact]
    public async Task Samples_AreRedacted_AndTheLedgerHoldsNoText()
    {
        await using var gateway =
            await TestGateway.StartAsync(options => options with { StateFolder = _folder.Path, SampleShare = 1 });
        gateway.Fake.Script = _ => TestGateway.Codec.Encode("write to jane@example.org");
        await gateway.PostAsync(
            "/v1/chat/completions",
            new
            {
                model = "bookworm",
                messages = new[] { new { role = "user", content = "I am bob@example.org" } },
                max_tokens = 99
            });
        var sample = await File.ReadAllTextAsync(Directory.GetFiles(_folder.Path, "samples-*.jsonl").Single());
        sample.ShouldContain("[EMAIL]");
        sample.ShouldNotContain("@example.org");
        (await File.ReadAllTextAsync(_folder.Combine("usage.jsonl"))).ShouldNotContain("EMAIL");
    }

    [Fact]
    public async Task Dashboard_EveryExpression_NamesMetricsThatExist()
    {
        var json = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "infra", "dashboards", "gateway.json"));
        System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty("panels").GetArrayLength()
            .ShouldBeGreaterThan(10);
        var known = typeof(MetricNames).GetFields().Select(field => field.GetRawConstantValue()).OfType<string>()
            .Select(name => name.Replace('.', '_')).ToHashSet();
        var used = Regex.Matches(json, "(pipeline_gateway|gen_ai)_[a-z_]+", RegexOptions.None, TimeSpan.FromSeconds(1))
            .Select(match =>
                Regex.Replace(match.Value, "_(total|bucket|sum|count)$", "", RegexOptions.None,
                    TimeSpan.FromSeconds(1))).Distinct().ToList();
        used.Except(known).ShouldBeEmpty();
        used.Count.ShouldBeGreaterThan(15);
    }

    [Fact]
    public async Task Drain_RunningRequestsEnd_AndNewOnesAreRefused()
    {
        var drain = new Drain();
        var running = drain.Enter();
        var waiting = drain.RunAsync(TimeSpan.FromSeconds(20));
        waiting.IsCompleted.ShouldBeFalse();
        Should.Throw<ApiException>(() => drain.Enter()).Status.ShouldBe(503);
        running.Dispose();
        (await waiting).ShouldBeTrue();
        var stuck = new Drain();
        using var held = stuck.Enter();
        (await stuck.RunAsync(TimeSpan.FromMilliseconds(20))).ShouldBeFalse();
    }

    [Fact]
    public async Task Drain_StopOfTheHost_LetsARunningStreamEnd()
    {
        var gate = new TaskCompletionSource();
        var gateway = await TestGateway.StartAsync(engine: new FakeEngine { Pace = _ => gate.Task });
        var running = gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi"));
        await TestGateway.UntilAsync(() => gateway.Fake.Running > 0, "the request runs");

        var stopping = Task.Run(() => gateway.App.StopAsync());
        await TestGateway.UntilAsync(
            async () => (int)(await gateway.Client.GetAsync("/health")).StatusCode == 503, "health says that it stops");
        (await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("late"))).Status.ShouldBe(503);
        gate.SetResult();
        (await running).Status.ShouldBe(200);
        await stopping;
        await gateway.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();
}
