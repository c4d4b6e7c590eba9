using System.Diagnostics;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>The scripts of <c>tests/conformance</c> with the official TypeScript SDK, installed once.</summary>
internal static class TypeScriptTools
{
    private static readonly string Source = Path.Combine(Repository.Root, "tests", "conformance");
    private static readonly SemaphoreSlim Installing = new(1);

    public static string Folder { get; } = Path.Combine(Repository.Root, ".pipeline", "test-tools", "conformance");

    /// <summary>Copies the scripts and installs what they need; skips the test when npm cannot.</summary>
    public static async Task InstallAsync()
    {
        await Installing.WaitAsync();
        try
        {
            Directory.CreateDirectory(Folder);
            foreach (var file in Directory.EnumerateFiles(Source)) File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)), overwrite: true);
            if (Directory.Exists(Path.Combine(Folder, "node_modules", "@temporalio", "worker"))) return;
            // Not `npm ci`: it insists on optional builds for platforms that a feed may not carry.
            var (code, output) = await RunAsync("npm", "install", "--no-save", "--no-audit", "--no-fund");
            if (code != 0) Assert.Skip($"npm could not install the TypeScript SDK: {output[..Math.Min(200, output.Length)]}");
        }
        finally
        {
            Installing.Release();
        }
    }

    /// <summary>Runs a program in <see cref="Folder"/>; five minutes at most.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        }) ?? throw new InvalidOperationException($"{program} did not start");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        try
        {
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output + await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
