using Temporalio.Api.Namespace.V1;
using Temporalio.Api.OperatorService.V1;

namespace Pipeline.EmbeddedTemporal.Frontend;

// The server itself, its namespaces and search attributes.
internal sealed class ClusterHandlers(Engine engine)
{
    public const string ServerVersion = "1.29.1-embedded";
    private readonly string _clusterId = Guid.NewGuid().ToString();

    public void Bind(MethodTable.ServiceBinder service) => service
        .On<GetSystemInfoRequest, GetSystemInfoResponse>("GetSystemInfo", _ => new GetSystemInfoResponse
        {
            ServerVersion = ServerVersion,
            Capabilities = new GetSystemInfoResponse.Types.Capabilities
            {
                SignalAndQueryHeader = true,
                CountGroupByExecutionStatus = true,
                InternalErrorDifferentiation = true,
                ActivityFailureIncludeHeartbeat = true,
                EncodedFailureAttributes = true,
                UpsertMemo = true,
                EagerWorkflowStart = true,
                SdkMetadata = true,
            },
        })
        .On<GetClusterInfoRequest, GetClusterInfoResponse>("GetClusterInfo", _ => new GetClusterInfoResponse
        {
            ServerVersion = ServerVersion,
            ClusterId = _clusterId,
            ClusterName = "embedded",
            HistoryShardCount = 1,
            PersistenceStore = "sqlite",
            VisibilityStore = "sqlite",
        })
        .On<DescribeNamespaceRequest, DescribeNamespaceResponse>("DescribeNamespace", r => engine.Read(() =>
            Describe(r.Id.Length > 0 ? engine.Namespaces.FindById(r.Id) ?? engine.Namespaces.Get(r.Id) : engine.Namespaces.Get(r.Namespace))))
        .On<ListNamespacesRequest, ListNamespacesResponse>("ListNamespaces", _ => engine.Read(() =>
            new ListNamespacesResponse { Namespaces = { engine.Namespaces.All.OrderBy(n => n.Name, StringComparer.Ordinal).Select(Describe) } }))
        .On<RegisterNamespaceRequest, RegisterNamespaceResponse>("RegisterNamespace", Register);

    public void BindOperator(MethodTable.ServiceBinder service) => service
        .On<AddSearchAttributesRequest, AddSearchAttributesResponse>("AddSearchAttributes", AddAttributes)
        .On<ListSearchAttributesRequest, ListSearchAttributesResponse>("ListSearchAttributes", r => engine.Read(() =>
                new ListSearchAttributesResponse
                {
                    CustomAttributes = { engine.Namespaces.Get(r.Namespace).SearchAttributes },
                    SystemAttributes = { Visibility.Column.SystemTypes },
                }));

    private Task<RegisterNamespaceResponse> Register(RegisterNamespaceRequest r, CallContext context) => engine.ExecuteAsync(tx =>
    {
        if (r.Namespace.Length == 0) throw RpcError.Invalid("Namespace is empty.");
        if (engine.Namespaces.Find(r.Namespace) is not null)
            throw new RpcError(StatusCode.AlreadyExists, $"Namespace \"{r.Namespace}\" already exists", new Temporalio.Api.ErrorDetails.V1.NamespaceAlreadyExistsFailure());
        if (r.WorkflowExecutionRetentionPeriod.Span() <= TimeSpan.Zero) throw RpcError.Invalid("A valid retention period is not set on request.");
        engine.Namespaces.Put(tx, new NamespaceEntry
        {
            Name = r.Namespace,
            Id = Guid.CreateVersion7().ToString(),
            Description = r.Description,
            OwnerEmail = r.OwnerEmail,
            Retention = r.WorkflowExecutionRetentionPeriod.Span(),
        });
        return new RegisterNamespaceResponse();
    });

    private Task<AddSearchAttributesResponse> AddAttributes(AddSearchAttributesRequest r, CallContext context) => engine.ExecuteAsync(tx =>
    {
        var entry = engine.Namespaces.Get(r.Namespace);
        foreach (var (name, type) in r.SearchAttributes) entry.SearchAttributes[name] = type;
        engine.Namespaces.Put(tx, entry);
        return new AddSearchAttributesResponse();
    });

    private static DescribeNamespaceResponse Describe(NamespaceEntry n) => new()
    {
        NamespaceInfo = new NamespaceInfo
        {
            Name = n.Name,
            State = n.Status,
            Id = n.Id,
            Description = n.Description,
            OwnerEmail = n.OwnerEmail,
            Capabilities = new NamespaceInfo.Types.Capabilities { EagerWorkflowStart = true, SyncUpdate = true, AsyncUpdate = true },
        },
        Config = new NamespaceConfig
        {
            WorkflowExecutionRetentionTtl = n.Retention.Proto(),
            HistoryArchivalState = ArchivalState.Disabled,
            VisibilityArchivalState = ArchivalState.Disabled,
        },
        ReplicationConfig = new Temporalio.Api.Replication.V1.NamespaceReplicationConfig
        {
            ActiveClusterName = "embedded",
            Clusters = { new Temporalio.Api.Replication.V1.ClusterReplicationConfig { ClusterName = "embedded" } },
        },
    };
}
