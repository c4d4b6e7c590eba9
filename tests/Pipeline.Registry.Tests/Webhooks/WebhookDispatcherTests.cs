using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Registry.Models;
using Pipeline.Registry.Storage.Directories;
using Pipeline.Registry.Tests.Models;
using Pipeline.Registry.Webhooks;

namespace Pipeline.Registry.Tests.Webhooks;

public sealed class WebhookDispatcherTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly Receiver _receiver = new();
    private readonly ModelRegistry _registry;

    public WebhookDispatcherTests() =>
        _registry = new ModelRegistry(new DirectoryObjectStore(_directory.Combine("store")));

    [Fact]
    public async Task Events_AreDeliveredInOrderSignedAndOnce()
    {
        Environment.SetEnvironmentVariable("WEBHOOK_TEST_SECRET", "s3cret");
        using var dispatcher = Dispatcher();
        await Sample.RegisterAsync(_registry, "a");
        await _registry.MoveAliasAsync(Sample.Move("before", 1, null));
        await dispatcher.SubscribeAsync(Hook() with { SecretVariable = "WEBHOOK_TEST_SECRET" });
        await _registry.MoveAliasAsync(Sample.Move("one", 1, null));
        await _registry.MoveAliasAsync(Sample.Move("two", 1, null));
        (await dispatcher.RunAsync()).ShouldBe([new WebhookDelivery("audit", 2, "")]);
        (await dispatcher.RunAsync()).ShouldBe([new WebhookDelivery("audit", 0, "")]);
        _receiver.Received.Select(sent => JsonDocument.Parse(sent.Body).RootElement.GetProperty("subject").GetString())
            .ShouldBe(["one", "two"]);
        var (body, signature) = _receiver.Received[0];
        signature.ShouldBe("sha256="
            + Convert.ToHexStringLower(HMACSHA256.HashData("s3cret"u8.ToArray(), Encoding.UTF8.GetBytes(body))));
        Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories)
            .ShouldAllBe(path => !File.ReadAllText(path).Contains("s3cret"));
    }

    [Fact]
    public async Task FailingReceiver_LosesNothingAndHoldsNobodyUp()
    {
        using var dispatcher = Dispatcher();
        await Sample.RegisterAsync(_registry, "a");
        await dispatcher.SubscribeAsync(Hook());
        _receiver.Status = 503;
        await _registry.MoveAliasAsync(Sample.Move("one", 1, null));
        (await dispatcher.RunAsync()).Single().Failure.ShouldBe("event 1: the receiver answered 503");
        _receiver.Status = 204;
        (await dispatcher.RunAsync()).Single().Delivered.ShouldBe(1);
    }

    [Fact]
    public async Task Redirect_IsNotFollowed()
    {
        using var other = new Receiver();
        using var dispatcher = Dispatcher();
        await Sample.RegisterAsync(_registry, "a");
        await dispatcher.SubscribeAsync(Hook());
        (_receiver.Status, _receiver.Location) = (307, $"http://127.0.0.1:{other.Port}/");
        await _registry.MoveAliasAsync(Sample.Move("one", 1, null));
        (await dispatcher.RunAsync()).Single().Failure.ShouldContain("307");
        other.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest"), InlineData("http://example.org/"),
        InlineData("https://example.org:8443/"), InlineData("file:///etc/passwd")]
    [InlineData("http://user:pass@127.0.0.1:1/"), InlineData("http://127.0.0.1:1/"), InlineData("gopher://127.0.0.1/"),
        InlineData("/relative"), InlineData("http://[::1]:1/")]
    public async Task Destination_NotOnTheList_IsRefused(string url)
    {
        using var dispatcher = Dispatcher();
        (await Should.ThrowAsync<RegistryException>(() => dispatcher.SubscribeAsync(Hook() with { Url = url }))).Code
            .ShouldBe("E-REG-DESTINATION");
    }

    [Fact]
    public async Task Destination_TakenOffTheList_IsNoLongerCalled()
    {
        using var dispatcher = Dispatcher();
        await Sample.RegisterAsync(_registry, "a");
        await dispatcher.SubscribeAsync(Hook());
        await _registry.MoveAliasAsync(Sample.Move("one", 1, null));
        using var strict = new WebhookDispatcher(_registry, new WebhookDestinations([]));
        (await strict.RunAsync()).Single().Failure.ShouldContain("not on the list");
        _receiver.Received.ShouldBeEmpty();
    }

    public void Dispose()
    {
        _receiver.Dispose();
        _directory.Dispose();
    }

    private WebhookDispatcher Dispatcher() => new(_registry, new WebhookDestinations([$"127.0.0.1:{_receiver.Port}"]));

    private Webhook Hook() => new()
    {
        Id = "audit",
        Model = "packages",
        Url = $"http://127.0.0.1:{_receiver.Port}/hook",
    };
}
