using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>The UI port: JSON interface, settings, static site, and what it refuses.</summary>
[Trait("Tier", "workflow")]
public sealed class HttpApiTests(UiServer server) : IClassFixture<UiServer>
{
    private const string Workflows = "api/v1/namespaces/default/workflows/";
    private readonly HttpClient _http = server.Http;

    [Fact]
    public async Task Post_StartWithPlainInput_CanBeReadBack()
    {
        var id = "team/" + Guid.NewGuid();
        var started = await PostAsync(
            Workflows + Uri.EscapeDataString(id),
            """{"workflowType":{"name":"t"},"taskQueue":{"name":"q"},"input":[{"lr":1e-4}]}""");
        started["started"]!.GetValue<bool>().ShouldBeTrue();
        var history = await GetAsync(Workflows + Uri.EscapeDataString(id) + "/history?waitNewEvent=false");
        var payload =
            history["history"]!["events"]![0]!["workflowExecutionStartedEventAttributes"]!["input"]!["payloads"]![0]!;
        Encoding.UTF8.GetString(Convert.FromBase64String(payload["data"]!.GetValue<string>()))
            .ShouldBe("""{"lr":1e-4}""");
        var list = await GetAsync(
            "api/v1/namespaces/default/workflows?query=" + Uri.EscapeDataString($"WorkflowId = \"{id}\""));
        list["executions"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Get_Settings_NamesTheUiVersion() =>
        (await GetAsync("api/v1/settings"))["Version"]!.GetValue<string>().ShouldBe("2.38.0");

    [Theory]
    [InlineData("/")]
    [InlineData("/namespaces/default/workflows/some%2Fid/run/history")]
    public async Task Get_DeepLink_IsAnsweredWithTheSite(string path) =>
        (await _http.GetStringAsync(new Uri(path, UriKind.Relative))).ShouldContain("the site");

    [Theory]
    [InlineData("/_app/immutable/missing.js", HttpStatusCode.NotFound)]
    [InlineData("/..%2f..%2fetc/passwd", HttpStatusCode.OK)]
    public async Task Get_PathOutsideTheSite_IsNotServed(string path, HttpStatusCode status)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative));
        response.StatusCode.ShouldBe(status);
        (await response.Content.ReadAsStringAsync()).ShouldNotContain("root:");
    }

    [Theory]
    [InlineData("Origin", "http://elsewhere.example")]
    [InlineData("Host", "rebound.example")]
    public async Task Post_FromAnotherSite_IsRefused(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Workflows + "w")
        {
            Content = new StringContent("{}"),
        };
        request.Headers.TryAddWithoutValidation(header, value);
        using var response = await _http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    private async Task<JsonNode> GetAsync(string path) =>
        JsonNode.Parse(await _http.GetStringAsync(new Uri(path, UriKind.Relative)))!;

    private async Task<JsonNode> PostAsync(string path, string json)
    {
        using var response = await _http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(json));
        var body = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, body);
        return JsonNode.Parse(body)!;
    }
}
