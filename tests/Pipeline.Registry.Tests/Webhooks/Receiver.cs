using System.Net;
using Pipeline.Registry.Tests.Storage;

namespace Pipeline.Registry.Tests.Webhooks;

/// <summary>A receiver on loopback that records what it gets and answers as told.</summary>
internal sealed class Receiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _loop;

    public Receiver()
    {
        Port = TestStores.FreePort();
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _loop = Task.Run(LoopAsync);
    }

    public int Port { get; }

    public int Status { get; set; } = 200;

    public string? Location { get; set; }

    public List<(string Body, string? Signature)> Received { get; } = [];

    public void Dispose()
    {
        _listener.Stop();
        _loop.Wait();
        _listener.Close();
    }

    private async Task LoopAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream);
                Received.Add((await reader.ReadToEndAsync(), context.Request.Headers["X-Pipeline-Signature"]));
                context.Response.StatusCode = Status;
                if (Location is not null)
                {
                    context.Response.Headers["Location"] = Location;
                }

                context.Response.Close();
            }
        }
        catch (Exception exception)
            when (exception is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }
}
