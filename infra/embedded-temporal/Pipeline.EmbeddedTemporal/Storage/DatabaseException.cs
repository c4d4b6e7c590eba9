namespace Pipeline.EmbeddedTemporal.Storage;

// The database file cannot be used; the message names the file and says what to do.
internal sealed class DatabaseException(string message, Exception? inner = null) : Exception(message, inner);
