using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Gateway.Access;
using Pipeline.Gateway.Endpoints;
using Pipeline.Gateway.Tests.Support;
using Pipeline.Registry.Monitoring;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Tests.Routing;

public sealed class CanaryTests : IDisposable
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    private readonly TempDirectory _folder = new();

    [Fact]
    public async Task S0_15_Split_IsStickyOverARestartAndReported()
    {
        var first = new Dictionary<int, string>();
        for (var run = 0; run < 2; run++)
        {
            await using var gateway = await StartAsync(25, store: _folder.Combine("store"));
            var candidates = 0;
            for (var i = 0; i < 300; i++)
            {
                var arm = await ArmAsync(gateway, $"client-{i}");
                arm.ShouldBe(first.TryGetValue(i, out var before) ? before : arm);
                first[i] = arm;
                candidates += arm == "candidate" ? 1 : 0;
            }

            var report = await ReportAsync(gateway);
            report.State.Version.ShouldBe(1);
            (report.Stable.Requests, report.Candidate!.Requests).ShouldBe((300 - candidates, candidates));
            var expected = Enumerable.Range(0, 300).Count(i => TrafficAssignment.Position("r1", $"client-{i}") < 25);
            candidates.ShouldBe(expected);
            var decision = CanaryAnalysis.Decide(report.Stable, report.Candidate);
            decision.Comparisons.Select(row => row.Metric).ShouldBe(["error_rate", "log_latency", "entropy"]);
            decision.Comparisons.ShouldAllBe(row => row.StableCount == 300 - candidates && row.PValue > 0
                && row.Low <= row.Difference && row.Difference <= row.High);
        }
    }

    [Theory]
    [InlineData("key")]
    [InlineData("id")]
    [InlineData("session")]
    [InlineData("user")]
    public async Task S0_15_WhoeverGivesAKey_KeepsHisArmAndTheWeightsHoldOverThem(string kind)
    {
        await using var gateway = await StartAsync(30);
        var candidates = 0;
        for (var i = 0; i < 60; i++)
        {
            using var client = gateway.NewClient(
                key: kind == "key" ? $"sk-{i}" : null, clientId: kind == "id" ? $"client-{i}" : null);
            if (kind == "session")
            {
                client.DefaultRequestHeaders.Add("X-Session-Id", $"session-{i}");
            }

            var user = kind == "user" ? $"user-{i}" : null;
            string[] arms = [await ArmAsync(gateway, client, user), await ArmAsync(gateway, client, user),
                await ArmAsync(gateway, client, user)];
            arms.Distinct().ShouldHaveSingleItem();
            candidates += arms[0] == "candidate" ? 1 : 0;
        }

        candidates.ShouldBeInRange(8, 29);
    }

    [Fact]
    public async Task S0_15_WhoeverGivesNothing_IsSplitByRequest()
    {
        await using var gateway = await StartAsync(30);
        var candidates = 0;
        for (var i = 0; i < 300; i++)
        {
            candidates += await ArmAsync(gateway, gateway.Client, user: null) == "candidate" ? 1 : 0;
        }

        // Six standard deviations around 90.
        candidates.ShouldBeInRange(42, 138);
    }

    [Fact]
    public async Task S0_15_OneKeyOfTheClientsFile_IsOneClientUntilItNamesItsUsers()
    {
        var clients = new ClientsFile { Clients = [TestGateway.Key("acme", "acme-key")] };
        await using var gateway = await StartAsync(30, parts: parts => parts with { Clients = clients });
        using var client = gateway.NewClient("acme-key");
        var plain = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            plain.Add(await ArmAsync(gateway, client, user: null));
        }

        plain.ShouldHaveSingleItem();
        var users = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            users.Add(await ArmAsync(gateway, client, $"user-{i}"));
        }

        users.Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task S0_16_FailingCandidate_IsSeenInItsArmAndRolledBackByTheAnalysis()
    {
        await using var gateway = await StartAsync(50);
        gateway.Fake.Script = request => request.Adapter?.StartsWith("help@2", StringComparison.Ordinal) == true
            ? throw new InvalidOperationException("injected") : [5, 6, 7];
        for (var i = 0; i < 60; i++)
        {
            await gateway.PostAsync(
                "/v1/chat/completions", TestGateway.Chat("hi", "help"), gateway.NewClient(clientId: $"c{i}"));
        }

        var report = await ReportAsync(gateway);
        report.Stable.Errors.ShouldBe(0);
        report.Candidate!.Errors.ShouldBe(report.Candidate.Requests);
        CanaryAnalysis.Decide(report.Stable, report.Candidate).Verdict.ShouldBe(CanaryVerdict.Rollback);
        await gateway.Traffic.RollBackAsync("help", "canary", "error rate");
        await gateway.PostAsync("/admin/traffic/refresh", new { }, gateway.Admin);
        for (var i = 0; i < 20; i++)
        {
            (await ArmAsync(gateway, $"c{i}")).ShouldBe("stable");
        }

        (await ReportAsync(gateway)).Candidate.ShouldBeNull();
    }

    [Fact]
    public async Task F36_RollbackDuringACanary_LetsRunningRequestsEndOnTheirArm()
    {
        await using var gateway = await StartAsync(100);
        var gate = new TaskCompletionSource();
        gateway.Fake.Pace = _ => gate.Task;
        var running = Enumerable.Range(0, 5)
            .Select(i =>
                gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "help"),
                    gateway.NewClient(clientId: $"c{i}"))).ToList();
        await TestGateway.UntilAsync(() => gateway.Fake.Running == 5, "five requests run");

        await gateway.Traffic.RollBackAsync("help", "ann", "rollback");
        await gateway.PostAsync("/admin/traffic/refresh", new { }, gateway.Admin);
        gate.SetResult();
        foreach (var answer in await Task.WhenAll(running))
        {
            answer.Status.ShouldBe(200);
            answer.Response.Headers.GetValues("X-Adapter-Version").ShouldBe(["2"]);
        }

        var late = await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "help"));
        late.Response.Headers.GetValues("X-Adapter-Version").ShouldBe(["1"]);
        late.Response.Headers.GetValues("X-Traffic-Version").ShouldBe(["2"]);
    }

    [Fact]
    public async Task S2_28_Flow_IsAdapterPromptAndDecodingTogether_AndAHeaderMayForceIt()
    {
        await using var gateway = await StartAsync(
            0, candidate => candidate with { SystemPrompt = "Be brief.", Temperature = 0.25, TopP = 0.5 });
        using var client = gateway.NewClient();
        client.DefaultRequestHeaders.Add("X-Traffic-Arm", "candidate");
        await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "help"), client);
        var forced = gateway.Fake.Requests.Last();
        (forced.Sampling.Temperature, forced.Sampling.TopP).ShouldBe((0.25, 0.5));
        string.Concat(forced.Prompt.Select(TestGateway.Codec.TokenText)).ShouldContain("Be brief.");
        await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "help"));
        string.Concat(gateway.Fake.Requests.Last().Prompt.Select(TestGateway.Codec.TokenText))
            .ShouldNotContain("Be brief.");
    }

    [Fact]
    public async Task Shadow_CandidateGetsCopies_AndItsAnswersAreThrownAway()
    {
        await using var gateway = await StartAsync(0, shadow: true);
        var (status, _, response) = await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "help"));
        status.ShouldBe(200);
        response.Headers.GetValues("X-Adapter-Version").ShouldBe(["1"]);
        await TestGateway.UntilAsync(
            async () => (await ReportAsync(gateway)).Candidate?.Requests == 1, "the copy was counted");
        (await ReportAsync(gateway)).Stable.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task F37_CandidateWithOtherFilesThanApproved_CountsAsItsError_AndTheStableArmServes()
    {
        await using var gateway = await StartAsync(50, candidate => candidate with { Digest = new string('0', 64) });
        var answers = new List<int>();
        for (var i = 0; i < 20; i++)
        {
            answers.Add(
                (await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "help"),
                    gateway.NewClient(clientId: $"c{i}"))).Status);
        }

        answers.Distinct().Order().ShouldBe([200, 503]);
        (await ReportAsync(gateway)).Candidate!.Errors.ShouldBe(answers.Count(status => status == 503));
    }

    [Fact]
    public async Task S2_11_SwitchUnderLoad_HasNoErrorsAndEveryAnswerNamesItsVersion()
    {
        await using var gateway = await StartAsync(0);
        using var stop = new CancellationTokenSource();
        var versions = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var load = Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            using var client = gateway.NewClient(clientId: $"c{i}");
            while (!stop.IsCancellationRequested)
            {
                var (status, _, response) =
                    await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "help"), client);
                status.ShouldBe(200);
                versions.Enqueue(response.Headers.GetValues("X-Adapter-Version").Single());
            }
        })).ToList();
        var times = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            await gateway.SetTrafficAsync(
                new TrafficState { Alias = "help", Stable = new TrafficArm { Adapter = $"help@{1 + (i % 2)}" } });
            times.Add(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await Task.Delay(10);
        }

        await stop.CancelAsync();
        await Task.WhenAll(load);
        versions.Distinct().Order().ShouldBe(["1", "2"]);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"S2-38: switch p95 {times.Order().ElementAt(18):f1} ms (write, read back, in force) under load, "
                + $"{versions.Count} answers");
    }

    public void Dispose() => _folder.Dispose();

    private async Task<TestGateway> StartAsync(
        double percent, Func<TrafficArm, TrafficArm>? change = null, bool shadow = false, string? store = null,
        Func<GatewayParts, GatewayParts>? parts = null)
    {
        var gateway = await TestGateway.StartAsync(parts: parts, store: store);
        gateway.AddAdapter("help", "1", _folder.Path);
        gateway.AddAdapter("help", "2", _folder.Path);
        var candidate = new TrafficArm { Adapter = "help@2" };
        if (await gateway.Traffic.ReadAsync("help") is null)
        {
            await gateway.SetTrafficAsync(new TrafficState
            {
                Alias = "help",
                Stable = new TrafficArm { Adapter = "help@1" },
                Candidate = change?.Invoke(candidate) ?? candidate,
                CandidatePercent = percent,
                Rollout = "r1",
                Shadow = shadow,
            });
        }

        await gateway.App.Services.GetRequiredService<Gateway.Routing.TrafficWatcher>().RefreshAsync();
        return gateway;
    }

    private static async Task<string> ArmAsync(TestGateway gateway, string client)
    {
        using var http = gateway.NewClient(clientId: client);
        return await ArmAsync(gateway, http, user: null);
    }

    private static async Task<string> ArmAsync(TestGateway gateway, HttpClient client, string? user)
    {
        var messages = new[] { new { role = "user", content = "hi" } };
        var (status, _, response) = await gateway.PostAsync(
            "/v1/chat/completions", new { model = "help", messages, max_tokens = 8, user }, client);
        status.ShouldBe(200);
        return response.Headers.GetValues("X-Traffic-Arm").Single();
    }

    private static async Task<TrafficReport> ReportAsync(TestGateway gateway) =>
        JsonSerializer.Deserialize<TrafficReport>(await gateway.Admin.GetStringAsync("/admin/traffic/help"), Web)!;
}
