namespace Pipeline.EmbeddedTemporal.Grpc;

// The client took its request back before it was complete.
internal sealed class ClientGoneException(IOException reason) : IOException(reason.Message, reason);
