using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace Pipeline.Cli.Runs;

/// <summary>An answer of the served model, fetched as any client of an OpenAI-compatible server would.</summary>
/// <param name="Model">Model that was asked for.</param>
/// <param name="Question">What was asked.</param>
/// <param name="Text">The answer.</param>
/// <param name="Milliseconds">Time until it was complete.</param>
internal sealed record ServedAnswer(string Model, string Question, string Text, double Milliseconds)
{
    private const string Example =
        "Which section of the Debian archive does this package belong to?\nPackage: python3-requests\nDescription: "
            + "elegant and simple HTTP library for Python3, built for human beings";

    public static async Task<ServedAnswer> FetchAsync(Uri gateway, string model)
    {
        using var http = new HttpClient();
        var clock = Stopwatch.StartNew();
        using var response = await http.PostAsJsonAsync(
            new Uri(gateway, "/v1/chat/completions"),
            new
            {
                model,
                messages = new[] { new { role = "user", content = Example } },
                max_tokens = 12,
                temperature = 0
            });
        response.EnsureSuccessStatusCode();
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        var text = body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString() ?? "";
        return new ServedAnswer(model, Example, text.Trim(), clock.Elapsed.TotalMilliseconds);
    }
}
