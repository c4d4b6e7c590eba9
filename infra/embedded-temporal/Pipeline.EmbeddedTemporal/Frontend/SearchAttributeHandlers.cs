using Temporalio.Api.OperatorService.V1;

namespace Pipeline.EmbeddedTemporal.Frontend;

// Registering search attributes.
internal sealed class SearchAttributeHandlers(Engine engine)
{
    public void Bind(MethodTable.ServiceBinder service) => service
        .On<GetSearchAttributesRequest, GetSearchAttributesResponse>(
            "GetSearchAttributes", _ => engine.Read(() => new GetSearchAttributesResponse
            {
                Keys = { Visibility.Column.SystemTypes.Concat(engine.Namespaces.All.SelectMany(n => n.SearchAttributes))
                .DistinctBy(a => a.Key).ToDictionary(StringComparer.Ordinal) },
            }));

    public void BindOperator(MethodTable.ServiceBinder service) => service
        .On<AddSearchAttributesRequest, AddSearchAttributesResponse>("AddSearchAttributes", Add)
        .On<RemoveSearchAttributesRequest, RemoveSearchAttributesResponse>("RemoveSearchAttributes", Remove)
        .On<ListSearchAttributesRequest, ListSearchAttributesResponse>("ListSearchAttributes", r => engine.Read(() =>
            new ListSearchAttributesResponse
            {
                CustomAttributes = { engine.Namespaces.Get(r.Namespace).SearchAttributes },
                SystemAttributes = { Visibility.Column.SystemTypes },
            }));

    private Task<AddSearchAttributesResponse> Add(
        AddSearchAttributesRequest r, CallContext context) => engine.ExecuteAsync(tx =>
    {
        var entry = engine.Namespaces.Get(r.Namespace);
        if (r.SearchAttributes.Count == 0) throw RpcError.Invalid("SearchAttributes are not set on request.");
        foreach (var (name, type) in r.SearchAttributes)
        {
            if (Visibility.Column.SystemTypes.ContainsKey(name))
                throw RpcError.Invalid($"Search attribute {name} is reserved by system.");
            if (type == IndexedValueType.Unspecified)
                throw RpcError.Invalid($"Unknown search attribute type for {name}.");
            if (entry.SearchAttributes.TryGetValue(name, out var existing) && existing != type)
                throw new RpcError(StatusCode.AlreadyExists, $"Search attribute {name} already exists.");
        }

        foreach (var (name, type) in r.SearchAttributes) entry.SearchAttributes[name] = type;
        engine.Namespaces.Put(tx, entry);
        return new AddSearchAttributesResponse();
    });

    private Task<RemoveSearchAttributesResponse> Remove(
        RemoveSearchAttributesRequest r, CallContext context) => engine.ExecuteAsync(tx =>
    {
        var entry = engine.Namespaces.Get(r.Namespace);
        if (r.SearchAttributes.Count == 0) throw RpcError.Invalid("SearchAttributes are not set on request.");
        foreach (var name in r.SearchAttributes)
        {
            if (!entry.SearchAttributes.Remove(name))
                throw RpcError.NotFound($"Search attribute {name} doesn't exist.");
        }

        engine.Namespaces.Put(tx, entry);
        return new RemoveSearchAttributesResponse();
    });
}
