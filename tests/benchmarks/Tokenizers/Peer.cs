using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;

namespace Benchmarks.Tokenizers;

/// <summary>
/// The npm package `tokenizers` in a Node process. TOKENIZERS_PEER names the folder whose node_modules has it.
/// </summary>
internal sealed class Peer : IAsyncDisposable
{
    private readonly Process _process;

    private Peer(Process process) => _process = process;

    internal static Peer Start(int threads)
    {
        var folder = Environment.GetEnvironmentVariable("TOKENIZERS_PEER")
            ?? throw new InvalidOperationException(
                "set TOKENIZERS_PEER to a folder where `npm install tokenizers@0.23.2` was run");
        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "peer.js")])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment =
            {
                ["NODE_PATH"] = Path.Combine(folder, "node_modules"),
                ["RAYON_NUM_THREADS"] = threads.ToString(),
                ["TOKENIZERS_PARALLELISM"] = threads > 1 ? "true" : "false",
            },
        };
        return new Peer(Process.Start(start) ?? throw new InvalidOperationException("node did not start"));
    }

    internal async Task<JsonElement> AskAsync(object request)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request);
        var head = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(head, body.Length);
        var input = _process.StandardInput.BaseStream;
        await input.WriteAsync(head);
        await input.WriteAsync(body);
        await input.FlushAsync();
        await _process.StandardOutput.BaseStream.ReadExactlyAsync(head);
        var reply = new byte[BinaryPrimitives.ReadInt32LittleEndian(head)];
        await _process.StandardOutput.BaseStream.ReadExactlyAsync(reply);
        var root = JsonDocument.Parse(reply).RootElement;
        return root.TryGetProperty("error", out var error)
            ? throw new InvalidOperationException(error.GetString()) : root;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
