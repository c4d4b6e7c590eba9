using System.Net.Sockets;
using System.Text;

namespace Benchmarks.Serving;

/// <summary>
/// One connection that sends the same request and reads the whole answer, on the calling thread and without garbage, so
/// that what is timed is the server.
/// </summary>
internal sealed class HopClient : IDisposable
{
    private const string Body =
        "{\"model\":\"bookworm\",\"messages\":[{\"role\":\"user\",\"content\":\"In which section is the package "
            + "zlib1g?\"}],\"max_tokens\":1}";

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _request;
    private readonly byte[] _answer = new byte[64 << 10];

    public HopClient(string address)
    {
        var uri = new Uri(address);
        _socket.NoDelay = true;
        _socket.Connect(uri.Host, uri.Port);
        _request = Encoding.UTF8.GetBytes(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: {uri.Authority}\r\nContent-Type: application/json\r\n"
                + $"Content-Length: {Body.Length}\r\n\r\n{Body}");
    }

    public void Ask()
    {
        _socket.Send(_request);
        var length = 0;
        do
        {
            var read = _socket.Receive(_answer.AsSpan(length));
            length += read > 0 ? read : throw new IOException("the server closed the connection");
        }
        while (!IsWhole(_answer.AsSpan(0, length)));
        if (!_answer.AsSpan().StartsWith("HTTP/1.1 200"u8))
        {
            throw new IOException(Encoding.UTF8.GetString(_answer, 0, length));
        }
    }

    public void Dispose() => _socket.Dispose();

    // By the stated length, or by the end of the last chunk.
    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        var stated = answer[..end].IndexOf("Content-Length: "u8);
        return stated < 0
            ? answer.EndsWith("0\r\n\r\n"u8)
            : System.Buffers.Text.Utf8Parser.TryParse(answer[(stated + 16)..], out int length, out _)
                && answer.Length >= end + 4 + length;
    }
}
