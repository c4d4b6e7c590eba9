using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>
/// One page of the machine's Chromium, driven through its DevTools protocol; no package and no download is needed for
/// that.
/// </summary>
internal sealed partial class Browser : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TempDirectory _profile;
    private readonly Process _process;
    private readonly ClientWebSocket _socket = new();
    private int _id;

    private Browser(TempDirectory profile, Process process) => (_profile, _process) = (profile, process);

    /// <summary>Starts the browser, or skips the test where there is none.</summary>
    public static async Task<Browser> StartAsync()
    {
        var program = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";
        Assert.SkipUnless(
            File.Exists(program), $"There is no {program}: install Debian's package chromium, or set CHROMIUM.");
        var profile = new TempDirectory();
        var process = Process.Start(new ProcessStartInfo(program,
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions",
            "--no-first-run",
            "--window-size=1400,1100", "--remote-debugging-port=0", $"--user-data-dir={profile.Path}", "about:blank",
        ])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException($"{program} did not start");
        var browser = new Browser(profile, process);
        await browser.ConnectAsync();
        return browser;
    }

    public Task GoAsync(Uri address) => SendAsync("Page.navigate", new JsonObject { ["url"] = address.ToString() });

    public Task ReloadAsync() => SendAsync("Page.reload", []);

    /// <summary>Evaluates an expression in the page.</summary>
    public async Task<string> EvaluateAsync(string expression)
    {
        var reply = await SendAsync("Runtime.evaluate",
            new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        if (reply["exceptionDetails"] is { } error)
            throw new InvalidOperationException($"{expression}: {error["exception"]?["description"]}");
        return reply["result"]?["value"]?.ToString() ?? "";
    }

    /// <summary>Waits until the page shows the text.</summary>
    public Task SeeAsync(string text) =>
        UntilAsync($"document.body.innerText.includes({Quote(text)})", $"the text {text}");

    /// <summary>Waits for the element and clicks it with the mouse.</summary>
    public Task ClickAsync(string selector) =>
        ClickFoundAsync(
            $"[...document.querySelectorAll({Quote(selector)})].find(e => e.offsetParent && !e.disabled)", selector);

    /// <summary>Clicks the last visible button, link or choice with exactly this text.</summary>
    public Task ClickTextAsync(string text) => ClickFoundAsync(
        $"[...document.querySelectorAll('button,a,[role=menuitem],[role=option],li')].filter(e => e.innerText.trim() "
            + $"=== {Quote(text)} && e.offsetParent && !e.disabled).at(-1)",
        $"something to click called {text}");

    private async Task ClickFoundAsync(string element, string what)
    {
        await UntilAsync("!!" + element, what);
        // What moves into place is clicked where it comes to rest.
        await Task.Delay(250);
        var place = JsonNode.Parse(await EvaluateAsync(
            $"(() => {{ const e = {element}; e.scrollIntoView({{ block: 'center' }}); const r = "
                + $"e.getBoundingClientRect(); return JSON.stringify([r.x + r.width / 2, r.y + r.height / 2]); }})()"))!
            .AsArray();
        foreach (var type in (string[])["mousePressed", "mouseReleased"])
        {
            await SendAsync("Input.dispatchMouseEvent", new JsonObject
            {
                ["type"] = type,
                ["x"] = place[0]!.GetValue<double>(),
                ["y"] = place[1]!.GetValue<double>(),
                ["button"] = "left",
                ["clickCount"] = 1,
            });
        }
    }

    /// <summary>Types into the last visible input or editor of this kind.</summary>
    public async Task TypeAsync(string selector, string text)
    {
        var element =
            $"[...document.querySelectorAll({Quote(selector)})].filter(e => e.offsetParent && e.contentEditable !== "
                + $"'false').at(-1)";
        await UntilAsync("!!" + element, selector);
        await EvaluateAsync(element + ".focus()");
        await SendAsync("Input.insertText", new JsonObject { ["text"] = text });
    }

    public async Task ScreenshotAsync(string file)
    {
        var reply = await SendAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png" });
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllBytesAsync(file, Convert.FromBase64String(reply["data"]!.GetValue<string>()));
    }

    public async Task UntilAsync(string condition, string what)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Patience; await Task.Delay(100))
        {
            try
            {
                if (await EvaluateAsync(condition) is "true" or "True") return;
            }
            catch (InvalidOperationException)
            {
                // The page is just being replaced by the next one.
            }
        }

        await ScreenshotAsync(Path.Combine(Repository.Root, ".pipeline", "test-output", "web-ui", "failure.png"));
        throw new TimeoutException(
            $"The page did not show {what}. It shows: {await EvaluateAsync("document.body.innerText.slice(0, 1500)")}");
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _profile.Dispose();
    }

    private static string Quote(string text) => JsonSerializer.Serialize(text);

    private async Task ConnectAsync()
    {
        string? line;
        do line = await _process.StandardError.ReadLineAsync()
            ?? throw new InvalidOperationException("Chromium ended before it could be driven.");
        while (!line.Contains("DevTools listening on", StringComparison.Ordinal));
        _ = _process.StandardError.ReadToEndAsync();
        using var http = new HttpClient();
        var targets = JsonNode.Parse(
            await http.GetStringAsync(new Uri($"http://127.0.0.1:{Port().Match(line).Groups[1].Value}/json/list")))!
            .AsArray();
        var page = targets.First(t => t!["type"]!.GetValue<string>() == "page")!["webSocketDebuggerUrl"]!
            .GetValue<string>();
        await _socket.ConnectAsync(new Uri(page), CancellationToken.None);
        await SendAsync("Page.enable", []);
    }

    private async Task<JsonNode> SendAsync(string method, JsonObject parameters)
    {
        var id = ++_id;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        await _socket.SendAsync(
            Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, true, CancellationToken.None);
        while (true)
        {
            var reply = await ReceiveAsync();
            if (reply["id"]?.GetValue<int>() != id) continue;
            if (reply["error"] is { } error) throw new InvalidOperationException($"{method}: {error["message"]}");
            return reply["result"]!;
        }
    }

    private async Task<JsonNode> ReceiveAsync()
    {
        using var whole = new MemoryStream();
        var buffer = new byte[64 * 1024];
        WebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer, CancellationToken.None);
            whole.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(whole.ToArray())!;
    }

    [GeneratedRegex(@"127\.0\.0\.1:(\d+)/", RegexOptions.None, 1000)]
    private static partial Regex Port();
}
