using System.Diagnostics;
using System.Net;
using Pipeline.Hosting.Configuration;
using Pipeline.Hosting.Telemetry;

namespace Pipeline.Hosting.Tests;

public sealed class PipelineTelemetryTests
{
    [Fact]
    public async Task Start_WithAnEndpoint_SendsTracesThere()
    {
        using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var port = ((IPEndPoint)socket.LocalEndpoint).Port;
        socket.Stop();
        using var collector = new HttpListener();
        collector.Prefixes.Add($"http://127.0.0.1:{port}/");
        collector.Start();
        var received = collector.GetContextAsync();
        using var source = new ActivitySource("Pipeline.Test");
        var telemetry =
            PipelineTelemetry.Start("unit", new TelemetrySettings { OtlpEndpoint = $"http://127.0.0.1:{port}" });
        source.StartActivity("stage")?.Dispose();
        var flush = Task.Run(telemetry.Dispose, TestContext.Current.CancellationToken);
        var request = await received.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        request.Request.Url!.AbsolutePath.ShouldBe("/v1/traces");
        request.Request.ContentType.ShouldBe("application/x-protobuf");
        request.Response.Close();
        collector.Stop();
        await flush;
    }
}
