using Google.Protobuf.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Pipeline.EmbeddedTemporal.Grpc;

internal delegate Task<IMessage> Handler(IMessage request, CallContext context);

// The implemented methods of all services, by the path that gRPC calls them with.
internal sealed class MethodTable
{
    private readonly Dictionary<string, (MethodDescriptor Method, Handler Handler)> _methods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MethodDescriptor> _known = new(StringComparer.Ordinal);

    public IReadOnlyCollection<MethodDescriptor> Known => _known.Values;

    public ServiceBinder Service(ServiceDescriptor service)
    {
        foreach (var method in service.Methods) _known[PathOf(method)] = method;
        return new ServiceBinder(this, service);
    }

    public bool TryGet(string path, out MethodDescriptor method, out Handler handler)
    {
        var found = _methods.TryGetValue(path, out var entry);
        (method, handler) = entry;
        return found;
    }

    public bool IsKnown(string path) => _known.ContainsKey(path);

    public static string PathOf(MethodDescriptor method) => "/" + method.Service.FullName + "/" + method.Name;

    internal sealed class ServiceBinder(MethodTable table, ServiceDescriptor service)
    {
        public ServiceBinder On<TRequest, TResponse>(string name, Func<TRequest, CallContext, Task<TResponse>> handler)
            where TRequest : IMessage
            where TResponse : IMessage
        {
            var method = service.FindMethodByName(name)
                ?? throw new InvalidOperationException($"{service.FullName} has no method {name}.");
            table._methods[PathOf(method)] = (method, async (request, context) => await handler((TRequest)request, context));
            return this;
        }

        public ServiceBinder On<TRequest, TResponse>(string name, Func<TRequest, TResponse> handler)
            where TRequest : IMessage
            where TResponse : IMessage =>
            On<TRequest, TResponse>(name, (request, _) => Task.FromResult(handler(request)));
    }
}
