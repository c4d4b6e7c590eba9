using System.Diagnostics;

namespace Pipeline.Cli.Services;

/// <summary>
/// Keeps the processes of the deployment running: one that ends is started again, more and more slowly.
/// </summary>
/// <param name="specs">The processes in their order.</param>
internal sealed class Supervisor(IReadOnlyList<ServiceSpec> specs)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public async Task RunAsync(CancellationToken cancellation)
    {
        // Workers and gateway end before the engine, so that what they finish is still recorded.
        using var late = new CancellationTokenSource();
        var engine = specs.Where(spec => spec.Name == "engine").Select(spec => KeepAsync(spec, late.Token)).ToList();
        await Task.WhenAll(specs.Where(spec => spec.Name != "engine").Select(spec => KeepAsync(spec, cancellation)));
        await late.CancelAsync();
        await Task.WhenAll(engine);
    }

    private static async Task KeepAsync(ServiceSpec spec, CancellationToken cancellation)
    {
        var pause = TimeSpan.FromMilliseconds(500);
        while (!cancellation.IsCancellationRequested)
        {
            using var process = ServiceProcess.Start(spec);
            var clock = Stopwatch.StartNew();
            PidFile.Write(spec.Name, process.Id);
            try
            {
                await process.WaitForExitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                await ServiceProcess.StopAsync(process.Id, Patience, () => !process.HasExited);
                break;
            }

            await File.AppendAllTextAsync(
                ServiceProcess.LogOf(spec.Name),
                $"supervisor: {spec.Name} ended with {process.ExitCode}; starts again in {pause.TotalSeconds:0.0} s\n",
                CancellationToken.None);
            await Task.Delay(pause, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
            pause = clock.Elapsed > TimeSpan.FromMinutes(1) ? TimeSpan.FromMilliseconds(500)
                : TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, pause.TotalSeconds * 2));
        }

        PidFile.Remove(spec.Name);
    }
}
