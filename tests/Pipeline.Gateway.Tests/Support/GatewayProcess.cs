using System.Diagnostics;
using System.Runtime.InteropServices;
using Pipeline.Gateway.Chat;

namespace Pipeline.Gateway.Tests.Support;

/// <summary>The gateway's executable in a state folder of its own.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private const int Terminate = 15;

    private readonly Process _process;

    private GatewayProcess(Process process, string address)
    {
        (_process, Address) = (process, address);
        Client = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromMinutes(1) };
        Admin = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromMinutes(1) };
        Admin.DefaultRequestHeaders.Add("Authorization", "Bearer " + TestGateway.AdminKey);
    }

    public string Address { get; }

    public HttpClient Client { get; }

    public HttpClient Admin { get; }

    /// <summary>Starts <c>serve</c> with the shipped model and waits until it listens.</summary>
    public static async Task<GatewayProcess> ServeAsync(string root, params string[] more)
    {
        var process = Start(
            root, ["serve", "--model", TestGateway.ModelDirectory, "--served-model-name", "bookworm", "--port", "0",
                "--threads", "1", .. more]);
        process.BeginErrorReadLine();
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith("serving ", StringComparison.Ordinal))
            {
                var output = process.StandardOutput;
                _ = Task.Run(() => output.ReadToEndAsync());
                return new GatewayProcess(
                    process, line[(line.IndexOf("http", StringComparison.Ordinal))..]
                        .Replace("/v1", "", StringComparison.Ordinal));
            }
        }

        throw new InvalidOperationException("the gateway ended before it listened");
    }

    /// <summary>Runs another verb to its end.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(
        string root, string input, params string[] arguments)
    {
        using var process = Start(root, arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }

    /// <summary>Asks the process to stop, as an orchestrator does.</summary>
    public void Stop() => Signal(_process.Id, Terminate).ShouldBe(0);

    public void Kill() => _process.Kill();

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Client.Dispose();
        Admin.Dispose();
    }

    private static Process Start(string root, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ChatCommand).Assembly.Location, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PIPELINE_ROOT"] = root;
        start.Environment["GATEWAY_ADMIN_KEY"] = TestGateway.AdminKey;
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Signal(int process, int signal);
}
