using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Gateway.Access;
using Pipeline.Gateway.Tests.Support;

namespace Pipeline.Gateway.Tests.Access;

public sealed class RouteTableTests
{
    [Fact]
    public async Task B56_EveryEndpoint_IsDefaultDeny()
    {
        await using var gateway = await TestGateway.StartAsync(parts: parts =>
            parts with { Clients = new ClientsFile { Clients = [TestGateway.Key("acme", "good-key")] } });
        var endpoints = gateway.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .ToList();
        endpoints.Count.ShouldBeGreaterThan(10);
        var uniform = "";
        foreach (var endpoint in endpoints)
        {
            var rule = endpoint.Metadata.GetMetadata<AccessRule>()
                .ShouldNotBeNull($"{endpoint.RoutePattern.RawText} says nothing about access");
            if (rule.Level == AccessLevel.Anonymous)
            {
                endpoint.RoutePattern.RawText.ShouldBe("/health");
                continue;
            }

            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                // endpoint.RoutePattern comes from a literal in the code, so RawText is there.
                using var request = new HttpRequestMessage(
                    new HttpMethod(method),
                    endpoint.RoutePattern.RawText!.Replace("{id}", "x").Replace("{alias}", "x"));
                var response = await gateway.Client.SendAsync(request);
                ((int)response.StatusCode).ShouldBe(401, endpoint.RoutePattern.RawText);
                var body = await response.Content.ReadAsStringAsync();
                uniform = uniform.Length == 0 ? body : uniform;
                body.ShouldBe(uniform);
                if (rule.Level == AccessLevel.Admin)
                {
                    using var asClient = gateway.NewClient("good-key");
                    using var again = new HttpRequestMessage(new HttpMethod(method), request.RequestUri);
                    ((int)(await asClient.SendAsync(again)).StatusCode).ShouldBe(401, endpoint.RoutePattern.RawText);
                }
            }
        }

        ((int)(await gateway.Client.GetAsync("/nothing/here")).StatusCode).ShouldBe(401);
        ((int)(await gateway.Admin.GetAsync("/nothing/here")).StatusCode).ShouldBe(404);
        (await gateway.Client.GetStringAsync("/health")).ShouldBe("ok");
    }

    [Fact]
    public async Task B56_BadKeys_GetOneUniformAnswer()
    {
        var time = new FakeTime();
        var expired = TestGateway.Key("old", "old-key") with { Expires = time.GetUtcNow() };
        await using var gateway = await TestGateway.StartAsync(parts: parts => parts with
        {
            Clients = new ClientsFile { Clients = [TestGateway.Key("acme", "good-key"), expired] },
        });
        var bodies = new HashSet<string>();
        foreach (var key in (string?[])[null, "", "wrong", "good-ke", "good-keyx", "old-key", new string('k', 9000)])
        {
            using var client = gateway.NewClient(key);
            var response = await client.GetAsync("/v1/models");
            ((int)response.StatusCode).ShouldBe(401, key);
            bodies.Add(await response.Content.ReadAsStringAsync());
        }

        bodies.Count.ShouldBe(1);
        ((int)(await gateway.Client.GetAsync("/v1/models?api_key=good-key")).StatusCode).ShouldBe(400);
        using var good = gateway.NewClient("good-key");
        ((int)(await good.GetAsync("/v1/models")).StatusCode).ShouldBe(200);
    }

    [Fact]
    public void Identify_Proxy_SpeaksForClientsWithTheirRightsOnly()
    {
        var proxy = TestGateway.Key("front", "proxy-key") with { Proxy = true, Admin = true };
        var directory =
            new ClientDirectory([proxy, TestGateway.Key("acme", "a-key", "support")], adminKey: null, open: false);
        directory.Identify("proxy-key", "acme")!.Client.ShouldSatisfyAllConditions(
            client => client.Id.ShouldBe("acme"), client => client.Admin.ShouldBeFalse(),
            client => client.MayUse("support").ShouldBeTrue(), client => client.MayUse("other").ShouldBeFalse());
        directory.Identify("proxy-key", "nobody").ShouldBeNull();
        directory.Identify("a-key", "front")!.Client.Id.ShouldBe("acme");
        directory.Identify("a-key", null)!.MayChooseArm.ShouldBeFalse();
    }

    [Fact]
    public void Build_OpenToTheNetworkWithoutKeys_IsRefused()
    {
        var parts = new GatewayParts { Engine = new FakeEngine(), Codec = TestGateway.Codec };
        var options = new Configuration.GatewayOptions { BaseName = "bookworm", Host = "0.0.0.0", Port = 0 };
        Should.Throw<ArgumentException>(() => GatewayApp.Build(options, parts)).Message.ShouldContain("--clients");
    }

    [Theory]
    [InlineData("""{"clients":[{"id":"acme","keySha256":"plain-key"}]}""", "keySha256 of 'acme'")]
    [InlineData("""{"clients":[{"id":"a"},{"id":"a"}]}""", "occurs twice")]
    [InlineData("""{"clients":[{"id":"../a"}]}""", "lower-case letters")]
    [InlineData("""{"clinets":[]}""", "clinets")]
    public void Read_BadClientsFile_NamesFileAndField(string json, string expected)
    {
        using var folder = new TempDirectory();
        File.WriteAllText(folder.Combine("clients.json"), json);
        var message =
            Should.Throw<InvalidDataException>(() => ClientsFile.Read(folder.Combine("clients.json"))).Message;
        message.ShouldContain(expected);
        message.ShouldContain("clients.json");
    }
}
