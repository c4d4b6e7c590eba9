using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Pipeline.Hosting.Configuration;

namespace Pipeline.Hosting.Telemetry;

/// <summary>Traces and metrics of one process through OTLP, when an endpoint is configured.</summary>
public sealed class PipelineTelemetry : IDisposable
{
    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;

    private PipelineTelemetry(TracerProvider? traces, MeterProvider? metrics) =>
        (_traces, _metrics) = (traces, metrics);

    /// <summary>Starts the exporters.</summary>
    /// <param name="process">Service name.</param>
    /// <param name="settings">The endpoint; empty starts nothing.</param>
    /// <returns>A handle that flushes on dispose.</returns>
    public static PipelineTelemetry Start(string process, TelemetrySettings settings)
    {
        if (settings.OtlpEndpoint.Length == 0)
        {
            return new PipelineTelemetry(null, null);
        }

        // 4317 is the registered gRPC port; everything else is taken as OTLP over HTTP, which needs the signal's path.
        var endpoint = new Uri(settings.OtlpEndpoint);
        var protocol = endpoint.Port == 4317 ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        Uri For(string signal) => protocol == OtlpExportProtocol.Grpc
            ? endpoint : new Uri(endpoint.ToString().TrimEnd('/') + "/v1/" + signal);
        var resource = ResourceBuilder.CreateDefault().AddService(process, "pipeline");
        return new PipelineTelemetry(
            Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource("Pipeline*", "Temporalio*")
                .AddOtlpExporter(options => (options.Endpoint, options.Protocol) = (For("traces"), protocol)).Build(),
            Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter("Pipeline*")
                .AddOtlpExporter(options => (options.Endpoint, options.Protocol) = (For("metrics"), protocol)).Build());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }
}
