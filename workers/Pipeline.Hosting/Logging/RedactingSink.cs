using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace Pipeline.Hosting.Logging;

/// <summary>Redacts every value, the template and the exception of an event before the inner sinks see it.</summary>
/// <param name="inner">The sinks that write.</param>
internal sealed class RedactingSink(ILogEventSink inner) : ILogEventSink, IDisposable
{
    private static readonly MessageTemplateParser Templates = new();

    public void Emit(LogEvent logEvent)
    {
        var properties = logEvent.Properties.Select(pair => new LogEventProperty(pair.Key, Clean(pair.Value)));
        var template = Redactor.Redact(logEvent.MessageTemplate.Text);
        var exception = logEvent.Exception is null
            ? null : new RedactedException(Redactor.Redact(logEvent.Exception.ToString()));
        inner.Emit(new LogEvent(
            logEvent.Timestamp, logEvent.Level, exception,
            template == logEvent.MessageTemplate.Text ? logEvent.MessageTemplate : Templates.Parse(template),
            properties));
    }

    public void Dispose() => (inner as IDisposable)?.Dispose();

    private static LogEventPropertyValue Clean(LogEventPropertyValue value) => value switch
    {
        ScalarValue { Value: string text } => new ScalarValue(Redactor.Redact(text)),
        ScalarValue
        {
            Value: null or bool or int or long or double or float or decimal or DateTime or DateTimeOffset
            or TimeSpan or Guid or Enum
        } => value,
        ScalarValue { Value: var other } => new ScalarValue(Redactor.Redact(other?.ToString() ?? "")),
        SequenceValue sequence => new SequenceValue(sequence.Elements.Select(Clean)),
        DictionaryValue map => new DictionaryValue(map.Elements.Select(pair =>
            KeyValuePair.Create(
                new ScalarValue(Redactor.Redact(pair.Key.Value?.ToString() ?? "")), Clean(pair.Value)))),
        StructureValue structure =>
            new StructureValue(
                structure.Properties.Select(p => new LogEventProperty(p.Name, Clean(p.Value))), structure.TypeTag),
        _ => new ScalarValue(Redactor.Redact(value.ToString())),
    };

    private sealed class RedactedException(string text) : Exception(text)
    {
        public override string ToString() => Message;
    }
}
