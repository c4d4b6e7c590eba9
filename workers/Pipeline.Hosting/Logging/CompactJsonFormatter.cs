using System.Globalization;
using System.Text.Json;
using Serilog.Events;
using Serilog.Formatting;

namespace Pipeline.Hosting.Logging;

/// <summary>Writes one event as one line of JSON with the field names of the compact log event format (CLEF).</summary>
/// <remarks>
/// Fields: <c>@t</c> time, <c>@mt</c> template, <c>@m</c> message, <c>@l</c> level when not Information, <c>@x</c>
/// exception, <c>@tr</c>/<c>@sp</c> trace and span.
/// </remarks>
internal sealed class CompactJsonFormatter : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("@t", logEvent.Timestamp.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            writer.WriteString("@mt", logEvent.MessageTemplate.Text);
            writer.WriteString("@m", logEvent.RenderMessage(CultureInfo.InvariantCulture));
            if (logEvent.Level != LogEventLevel.Information)
            {
                writer.WriteString("@l", logEvent.Level.ToString());
            }

            if (logEvent.Exception is not null)
            {
                writer.WriteString("@x", logEvent.Exception.ToString());
            }

            if (System.Diagnostics.Activity.Current is { } activity)
            {
                writer.WriteString("@tr", activity.TraceId.ToHexString());
                writer.WriteString("@sp", activity.SpanId.ToHexString());
            }

            foreach (var (name, value) in logEvent.Properties)
            {
                writer.WritePropertyName(name.StartsWith('@') ? "@" + name : name);
                Write(writer, value);
            }

            writer.WriteEndObject();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    private static void Write(Utf8JsonWriter writer, LogEventPropertyValue value)
    {
        switch (value)
        {
            case ScalarValue { Value: null }:
                writer.WriteNullValue();
                break;
            case ScalarValue { Value: bool flag }:
                writer.WriteBooleanValue(flag);
                break;
            case ScalarValue { Value: int or long or short or byte } whole:
                writer.WriteNumberValue(Convert.ToInt64(whole.Value, CultureInfo.InvariantCulture));
                break;
            case ScalarValue { Value: double real } when double.IsFinite(real):
                writer.WriteNumberValue(real);
                break;
            case SequenceValue sequence:
                writer.WriteStartArray();
                foreach (var element in sequence.Elements)
                {
                    Write(writer, element);
                }

                writer.WriteEndArray();
                break;
            case StructureValue structure:
                writer.WriteStartObject();
                foreach (var property in structure.Properties)
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value);
                }

                writer.WriteEndObject();
                break;
            case ScalarValue scalar:
                writer.WriteStringValue(Convert.ToString(scalar.Value, CultureInfo.InvariantCulture));
                break;
            default:
                writer.WriteStringValue(value.ToString());
                break;
        }
    }
}
