namespace Pipeline.EmbeddedTemporal.History;

// Which event a request id led to.
internal sealed record RequestIdRecord(EventType EventType, long EventId);
