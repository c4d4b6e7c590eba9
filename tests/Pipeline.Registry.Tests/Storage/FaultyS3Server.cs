using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Registry.Tests.Storage;

/// <summary>
/// A scripted server: each connection's request gets the next answer, written byte by byte as the script says.
/// </summary>
internal sealed class FaultyS3Server : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<int, string, string, byte[]?> _script;
    private int _requests;
    private int _inFlight;

    /// <param name="script">Number of the request from 1, its request line, its headers; the whole answer, or null for
    /// a black hole.</param>
    public FaultyS3Server(Func<int, string, string, byte[]?> script)
    {
        _script = script;
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    public Uri Endpoint => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>How long an answer takes: number of the request, its request line, and how many are in flight with
    /// it.</summary>
    public Func<int, string, int, Task> Work { get; init; } = (_, _, _) => Task.CompletedTask;

    public static byte[] Answer(int status, string body = "", string headers = "", int? announced = null) =>
        Encoding.Latin1.GetBytes(
            $"HTTP/1.1 {status} X\r\nContent-Length: {announced ?? body.Length}\r\nConnection: "
                + $"close\r\n{headers}\r\n{body}");

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _ = Task.Run(() => ServeAsync(client));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            var head = new StringBuilder();
            var buffer = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)
                && await stream.ReadAsync(buffer) == 1)
            {
                head.Append((char)buffer[0]);
            }

            var text = head.ToString();
            var line = text.Split("\r\n")[0];
            await SkipBodyAsync(stream, text);
            var number = Interlocked.Increment(ref _requests);
            await Work(number, line, Interlocked.Increment(ref _inFlight));
            // Before the answer, which may be followed by the next request at once.
            Interlocked.Decrement(ref _inFlight);
            if (_script(number, line, text) is { } answer)
            {
                await stream.WriteAsync(answer);
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(30));
        }
    }

    private static async Task SkipBodyAsync(NetworkStream stream, string head)
    {
        var header = head.Split("\r\n")
            .FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        if (header is not null && int.Parse(header.Split(':')[1]) is > 0 and var length)
        {
            await stream.ReadExactlyAsync(new byte[length]);
        }
    }
}
