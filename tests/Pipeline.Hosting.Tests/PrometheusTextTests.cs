using System.Diagnostics.Metrics;
using System.Net;
using Pipeline.Hosting.Telemetry;

namespace Pipeline.Hosting.Tests;

public sealed class PrometheusTextTests
{
    [Fact]
    public void Render_EveryKind_HasItsSamples()
    {
        using var meter = new Meter("PipelineTest.Kinds");
        using var metrics = new PrometheusText("PipelineTest.Kinds");
        var counter = meter.CreateCounter<long>("rows.read");
        var histogram = meter.CreateHistogram<double>("stage.seconds");
        var gauge = meter.CreateGauge<double>("queue.depth");
        counter.Add(2, KeyValuePair.Create<string, object?>("stage", "a\"b"));
        counter.Add(3, KeyValuePair.Create<string, object?>("stage", "a\"b"));
        histogram.Record(0.02);
        histogram.Record(7);
        gauge.Record(5);
        gauge.Record(4);
        var page = metrics.Render();
        page.ShouldContain("rows_read_total{stage=\"a\\\"b\"} 5\n");
        page.ShouldContain("stage_seconds_bucket{le=\"0.025\"} 1\n");
        page.ShouldContain("stage_seconds_bucket{le=\"+Inf\"} 2\n");
        page.ShouldContain("stage_seconds_sum 7.02\n");
        page.ShouldContain("queue_depth 4\n");
    }

    [Fact]
    public async Task MetricsPage_AnswersOnLoopback()
    {
        using var metrics = new PrometheusText("PipelineTest.Page");
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await using var page = new MetricsPage(port, metrics, () => false);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        (await client.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await client.GetAsync("/other")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
