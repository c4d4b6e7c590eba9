using System.Net;
using System.Text;

namespace Pipeline.Hosting.Telemetry;

/// <summary>Serves <c>/metrics</c> and <c>/healthz</c> of one process on a loopback port.</summary>
public sealed class MetricsPage : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly PrometheusText _metrics;
    private readonly Func<bool> _healthy;
    private readonly Task _loop;

    /// <summary>Starts to listen.</summary>
    /// <param name="port">Loopback port.</param>
    /// <param name="metrics">What <c>/metrics</c> shows.</param>
    /// <param name="healthy">What <c>/healthz</c> answers: 200 or 503.</param>
    /// <exception cref="HttpListenerException">The port is taken.</exception>
    public MetricsPage(int port, PrometheusText metrics, Func<bool> healthy)
    {
        (_metrics, _healthy) = (metrics, healthy);
        _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        _listener.Start();
        _loop = Task.Run(ServeAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _loop;
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            try
            {
                await AnswerAsync(context);
            }
            catch (Exception exception) when (exception is IOException or HttpListenerException)
            {
                // The client went away; nothing is lost.
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (status, text) = context.Request.Url?.AbsolutePath switch
        {
            "/metrics" => (200, _metrics.Render()),
            "/healthz" => _healthy() ? (200, "ok\n") : (503, "not ready\n"),
            _ => (404, "not found\n"),
        };
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        var body = Encoding.UTF8.GetBytes(text);
        context.Response.ContentLength64 = body.Length;
        await context.Response.OutputStream.WriteAsync(body);
        context.Response.Close();
    }
}
