using Pipeline.EmbeddedTemporal.History;

namespace Pipeline.EmbeddedTemporal.Storage;

// A run as read from the database: its number, its state and its pending items.
internal sealed record StoredRun(long Seq, RunState State, List<(string Kind, string Id, string Data)> Pending);
