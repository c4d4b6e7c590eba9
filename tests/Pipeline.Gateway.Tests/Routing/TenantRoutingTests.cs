using Pipeline.Gateway.Access;
using Pipeline.Gateway.Routing;
using Pipeline.Gateway.Tests.Support;

namespace Pipeline.Gateway.Tests.Routing;

public sealed class TenantRoutingTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    [Fact]
    public async Task S0_44_Requests_GoToTheClientsAdapterAndNeverToAnothers()
    {
        var clients = Enumerable.Range(0, 5)
            .Select(i => TestGateway.Key($"tenant-{i}", $"key-{i}", $"a{i}") with { Route = $"a{i}" }).ToList();
        var proxy = TestGateway.Key("front", "proxy-key") with { Proxy = true };
        await using var gateway = await TestGateway.StartAsync(
            parts: parts => parts with { Clients = new ClientsFile { Clients = [.. clients, proxy] } });
        clients.Select((_, i) => i).ToList().ForEach(i => gateway.AddAdapter($"a{i}", "1", _folder.Path));
        foreach (var i in Enumerable.Range(0, 10))
        {
            using var own = gateway.NewClient($"key-{i % 5}");
            var auto = await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "auto"), own);
            auto.Response.Headers.GetValues("X-Adapter-Name").ShouldBe([$"a{i % 5}"]);
            (await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", $"a{(i + 1) % 5}"), own)).Status
                .ShouldBe(404);
            using var behind = gateway.NewClient("proxy-key", $"tenant-{i % 5}");
            (await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "auto"), behind)).Response.Headers
                .GetValues("X-Adapter-Name").ShouldBe([$"a{i % 5}"]);
        }

        using var stranger = gateway.NewClient("proxy-key", "unknown");
        (await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "auto"), stranger)).Status.ShouldBe(
            401);
        using var front = gateway.NewClient("proxy-key");
        (await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi", "auto"), front)).Status.ShouldBe(404);
        using var listing = gateway.NewClient("key-3");
        var ids = System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(
            await listing.GetStringAsync("/v1/models"))
            .GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString());
        ids.ShouldBe(["bookworm", "a3", "a3@1"]);
        gateway.Fake.Requests.Select(request => request.CacheScope).Distinct().Count().ShouldBe(5);
    }

    [Fact]
    public async Task S1_40_Rules_SendSpecialTrafficToTheTunedModelAndReportTheCost()
    {
        var file = new ClientsFile
        {
            Clients = [TestGateway.Key("acme", "k"), TestGateway.Key("vip", "v")],
            Fallback = "base",
            Rules =
            [
                new RoutingRule { Name = "vips", Target = "large", Clients = ["vip"] },
                new RoutingRule { Name = "packages", Target = "sections", AnyOf = ["debian", "package"] },
                new RoutingRule { Name = "long", Target = "large", MinCharacters = 50 },
                new RoutingRule { Name = "greetings", Target = "base", MaxCharacters = 5 },
            ],
            PricePerThousandTokens = new Dictionary<string, double> { ["large"] = 10, ["sections"] = 1, ["*"] = 2 },
        };
        await using var gateway = await TestGateway.StartAsync(parts: parts => parts with { Clients = file });
        gateway.AddAdapter("sections", "1", _folder.Path);
        gateway.AddAdapter("large", "1", _folder.Path);
        using var acme = gateway.NewClient("k");
        using var vip = gateway.NewClient("v");
        (string Text, HttpClient Client, string Adapter)[] cases =
            [("which Package is it", acme, "sections"), ("hi", acme, "base"), (new string('x', 60), acme, "large"),
                ("package", vip, "large"), ("something else", acme, "base")];
        foreach (var (text, client, adapter) in cases)
        {
            var (_, _, response) =
                await gateway.PostAsync("/v1/chat/completions", TestGateway.Chat(text, "auto"), client);
            response.Headers.GetValues("X-Adapter-Name").ShouldBe([adapter], text);
        }

        var rows = (await gateway.AdminAsync("/admin/routing")).EnumerateArray().ToList();
        rows.Select(row => row.GetProperty("rule").GetString())
            .ShouldBe(["fallback", "greetings", "long", "packages", "vips"]);
        var saved = rows.Single(row => row.GetProperty("rule").GetString() == "packages");
        saved.GetProperty("saved").GetDouble().ShouldBe(saved.GetProperty("tokens").GetInt64() * 9 / 1000.0, 1e-9);
    }

    public void Dispose() => _folder.Dispose();
}
