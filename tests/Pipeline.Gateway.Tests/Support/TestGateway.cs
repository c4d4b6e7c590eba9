using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Gateway.Access;
using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Configuration;
using Pipeline.Gateway.Routing;
using Pipeline.Gateway.Text;
using Pipeline.Registry.Storage.Directories;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Tests.Support;

/// <summary>A gateway on a free loopback port, over a fake engine unless another is given.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    public const string AdminKey = "the-admin-key";

    private static readonly Lazy<ModelTextCodec> SharedCodec = new(() => ModelTextCodec.Load(ModelDirectory));

    private TestGateway(WebApplication app, FakeEngine fake, AdapterCatalog catalog, TrafficStore traffic)
    {
        (App, Fake, Catalog, Traffic) = (app, fake, catalog, traffic);
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Client = NewClient();
        Admin = NewClient(AdminKey);
    }

    public static string ModelDirectory => Path.Combine(Repository.Root, "infra", "models", "bookworm-6m");

    public static ModelTextCodec Codec => SharedCodec.Value;

    public WebApplication App { get; }

    public FakeEngine Fake { get; }

    public AdapterCatalog Catalog { get; }

    public TrafficStore Traffic { get; }

    public string Address { get; }

    public HttpClient Client { get; }

    public HttpClient Admin { get; }

    public static async Task<TestGateway> StartAsync(
        Func<GatewayOptions, GatewayOptions>? options = null, Func<GatewayParts, GatewayParts>? parts = null,
        FakeEngine? engine = null, string? store = null)
    {
        var (fake, catalog) = (engine ?? new FakeEngine(), new AdapterCatalog());
        var traffic = new TrafficStore(
            new DirectoryObjectStore(store ?? Directory.CreateTempSubdirectory("pipeline-test-").FullName));
        var built = new GatewayParts
        {
            Engine = fake,
            Codec = Codec,
            Catalog = catalog,
            AdminKey = AdminKey,
            Traffic = traffic,
        };
        built = parts?.Invoke(built) ?? built;
        var settings = new GatewayOptions
        {
            BaseName = "bookworm",
            Port = 0,
            TrafficInterval = TimeSpan.FromHours(1),
            DrainTimeout = TimeSpan.FromSeconds(10),
        };
        var app = GatewayApp.Build(options?.Invoke(settings) ?? settings, built);
        await app.StartAsync();
        return new TestGateway(app, fake, built.Catalog, traffic);
    }

    public static Client Key(string id, string key, params string[] adapters) => new()
    {
        Id = id,
        KeySha256 = Sha(key),
        KeyDigest = SHA256.HashData(Encoding.UTF8.GetBytes(key)),
        Adapters = adapters.Length == 0 ? ["*"] : adapters,
    };

    public static string Sha(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public HttpClient NewClient(string? key = null, string? clientId = null)
    {
        var client = new HttpClient { BaseAddress = new Uri(Address), Timeout = TimeSpan.FromSeconds(30) };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Add("Authorization", "Bearer " + key);
        }

        if (clientId is not null)
        {
            client.DefaultRequestHeaders.Add("X-Client-Id", clientId);
        }

        return client;
    }

    /// <summary>Adds an adapter whose files are only digested, because the fake engine does not read them.</summary>
    public ServedAdapter AddAdapter(string name, string version, string folder)
    {
        var directory = Directory.CreateDirectory(Path.Combine(folder, $"{name}-{version}")).FullName;
        File.WriteAllText(Path.Combine(directory, "adapter_config.json"),
            """{"peft_type":"LORA","task_type":"CAUSAL_LM","r":4,"lora_alpha":8,"target_modules":["q_proj"]}""");
        File.WriteAllText(Path.Combine(directory, "adapter_model.safetensors"), $"{name} {version}");
        var adapter = AdapterFiles.Inspect(name, version, directory, 64);
        Catalog.Add(adapter);
        return adapter;
    }

    public async Task SetTrafficAsync(TrafficState state)
    {
        var current = await Traffic.ReadAsync(state.Alias);
        await Traffic.SetAsync(state, current?.Version ?? 0, "test", "test");
        await App.Services.GetRequiredService<TrafficWatcher>().RefreshAsync();
    }

    public static object Chat(string text, string model = "bookworm") =>
        new { model, messages = new[] { new { role = "user", content = text } }, max_tokens = 8 };

    public async Task<(int Status, JsonElement Body, HttpResponseMessage Response)> PostAsync(
        string path, object body, HttpClient? client = null)
    {
        var response = await (client ?? Client).PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        var json = text.StartsWith('{') || text.StartsWith('[')
            ? JsonSerializer.Deserialize<JsonElement>(text) : default;
        return ((int)response.StatusCode, json, response);
    }

    /// <summary>
    /// Waits until something holds, and fails with its description when it does not within a generous time.
    /// </summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!await holds())
        {
            System.Diagnostics.Stopwatch.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(30), what);
            await Task.Delay(5);
        }
    }

    public static Task UntilAsync(Func<bool> holds, string what) => UntilAsync(() => Task.FromResult(holds()), what);

    public async Task<JsonElement> AdminAsync(string path) =>
        JsonSerializer.Deserialize<JsonElement>(await Admin.GetStringAsync(path));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Admin.Dispose();
        await App.DisposeAsync();
    }
}
