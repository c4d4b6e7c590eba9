using Pipeline.Gateway.Api;
using Pipeline.Gateway.Scheduling;
using Pipeline.Gateway.Tests.Support;

namespace Pipeline.Gateway.Tests.Scheduling;

public sealed class FairQueueTests
{
    [Fact]
    public async Task Enter_ManyOfOneClient_DoNotHoldUpAnother()
    {
        var queue = new FairQueue(1, 100, 100);
        var first = await queue.EnterAsync("greedy", CancellationToken.None);
        var order = new List<string>();
        async Task Run(string client)
        {
            using var slot = await queue.EnterAsync(client, CancellationToken.None);
            order.Add(client);
        }

        var all = Enumerable.Repeat("greedy", 6).Select(Run).Concat([Run("modest"), Run("modest")]).ToList();
        first.Dispose();
        await Task.WhenAll(all);
        order.IndexOf("modest").ShouldBeLessThanOrEqualTo(1);
        order.LastIndexOf("modest").ShouldBeLessThanOrEqualTo(3);
    }

    [Fact]
    public async Task Enter_WhoeverLeaves_IsPassedOver()
    {
        var queue = new FairQueue(1, 100, 100);
        var first = await queue.EnterAsync("a", CancellationToken.None);
        using var leaving = new CancellationTokenSource();
        var gone = queue.EnterAsync("b", leaving.Token);
        var next = queue.EnterAsync("b", CancellationToken.None);
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => gone);
        first.Dispose();
        (await next).Dispose();
        queue.Running.ShouldBe(0);
    }

    [Fact]
    public void Admit_BeyondTheLimits_Is429WithRetryAfter()
    {
        var queue = new FairQueue(1, 3, 2);
        using var a = queue.Admit("x");
        using var b = queue.Admit("x");
        var error = Should.Throw<ApiException>(() => queue.Admit("x"));
        (error.Status, error.RetryAfter is >= 1 and <= 60).ShouldBe((429, true));
        var c = queue.Admit("y");
        Should.Throw<ApiException>(() => queue.Admit("z")).Status.ShouldBe(429);
        c.Dispose();
        c.Dispose();
        queue.Admit("z").Dispose();
        queue.Total.ShouldBe(2);
    }

    [Fact]
    public async Task S1_38_FullQueue_AnswersRetryAfter_AndDisconnectFreesTheSlot()
    {
        var gate = new TaskCompletionSource();
        var engine = new FakeEngine { MaxBatch = 1, Pace = _ => gate.Task };
        await using var gateway =
            await TestGateway.StartAsync(options => options with { MaxQueue = 2 }, engine: engine);
        using var leaving = new CancellationTokenSource();
        var body = new StringContent(
            "{\"model\":\"bookworm\",\"prompt\":\"x\",\"stream\":true}", System.Text.Encoding.UTF8, "application/json");
        var first = gateway.Client.PostAsync("/v1/completions", body, leaving.Token);
        await TestGateway.UntilAsync(() => engine.Running > 0, "the first request runs");
        var second = gateway.PostAsync("/v1/completions", new { model = "bookworm", prompt = "y" });
        await TestGateway.UntilAsync(
            async () => engine.Running > 0 && (await gateway.AdminAsync("/admin/state")).GetProperty("admitted")
                .GetInt32() == 2, "one runs, one waits");

        var (status, _, response) =
            await gateway.PostAsync("/v1/completions", new { model = "bookworm", prompt = "z" });
        status.ShouldBe(429);
        response.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 60);
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        await TestGateway.UntilAsync(
            () => engine.Requests.Count == 2, "the waiting request got the slot of the one that left");

        gate.SetResult();
        (await second).Status.ShouldBe(200);
        await TestGateway.UntilAsync(
            async () => (await gateway.AdminAsync("/admin/state")).GetProperty("admitted").GetInt32() == 0,
            "every request left");
        (await gateway.AdminAsync("/admin/state")).GetProperty("running").GetInt32().ShouldBe(0);
    }
}
