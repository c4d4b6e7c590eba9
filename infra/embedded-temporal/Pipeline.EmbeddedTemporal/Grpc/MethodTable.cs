using Google.Protobuf.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Pipeline.EmbeddedTemporal.Grpc;

internal delegate Task<IMessage> Handler(IMessage request, CallContext context);

// The implemented methods of all services, by the path that gRPC calls them with. The descriptors of the services take
// most of a second to build, so they are touched only by what needs them: the HTTP interface, and calls of methods that
// are not implemented.
internal sealed class MethodTable
{
    private readonly Dictionary<string, (MessageParser Parser, Handler Handler)> _methods = new(StringComparer.Ordinal);
    private readonly Lazy<Dictionary<string, MethodDescriptor>> _known;
    private readonly List<Func<ServiceDescriptor>> _services = [];

    public MethodTable() =>
        _known = new(() => _services.SelectMany(s => s().Methods).ToDictionary(PathOf, StringComparer.Ordinal));

    public IReadOnlyCollection<MethodDescriptor> Known => _known.Value.Values;

    public ServiceBinder Service(string fullName, Func<ServiceDescriptor> descriptor)
    {
        _services.Add(descriptor);
        return new ServiceBinder(this, fullName);
    }

    public bool TryGet(string path, out MessageParser parser, out Handler handler)
    {
        var found = _methods.TryGetValue(path, out var entry);
        (parser, handler) = entry;
        return found;
    }

    public bool IsKnown(string path) => _known.Value.ContainsKey(path);

    // The methods that were bound although no service has them: always none.
    public IEnumerable<string> Unknown() => _methods.Keys.Where(path => !IsKnown(path));

    public static string PathOf(MethodDescriptor method) => "/" + method.Service.FullName + "/" + method.Name;

    internal sealed class ServiceBinder(MethodTable table, string service)
    {
        public ServiceBinder On<TRequest, TResponse>(string name, Func<TRequest, CallContext, Task<TResponse>> handler)
            where TRequest : IMessage<TRequest>, new()
            where TResponse : IMessage
        {
            table._methods["/" + service + "/" + name] =
                (new MessageParser<TRequest>(() => new TRequest()), async (request, context) =>
                    await handler((TRequest)request, context));
            return this;
        }

        public ServiceBinder On<TRequest, TResponse>(string name, Func<TRequest, TResponse> handler)
            where TRequest : IMessage<TRequest>, new()
            where TResponse : IMessage =>
            On<TRequest, TResponse>(name, (request, _) => Task.FromResult(handler(request)));
    }
}
