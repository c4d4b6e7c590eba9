using Temporalio.Api.Namespace.V1;
using Temporalio.Api.OperatorService.V1;

namespace Pipeline.EmbeddedTemporal.Frontend;

// Namespaces: registering, describing, changing, deleting.
internal sealed class NamespaceHandlers(Engine engine)
{
    public void Bind(MethodTable.ServiceBinder service) => service
        .On<DescribeNamespaceRequest, DescribeNamespaceResponse>("DescribeNamespace", r => engine.Read(() =>
            Describe(r.Id.Length > 0 ? engine.Namespaces.FindById(r.Id)
                ?? engine.Namespaces.Get(r.Id) : engine.Namespaces.Get(r.Namespace))))
        .On<ListNamespacesRequest, ListNamespacesResponse>("ListNamespaces", _ => engine.Read(() =>
            new ListNamespacesResponse
            {
                Namespaces =
                { engine.Namespaces.All.OrderBy(n => n.Name, StringComparer.Ordinal).Select(Describe) }
            }))
        .On<RegisterNamespaceRequest, RegisterNamespaceResponse>("RegisterNamespace", Register)
        .On<UpdateNamespaceRequest, UpdateNamespaceResponse>("UpdateNamespace", Update)
        .On<DeprecateNamespaceRequest, DeprecateNamespaceResponse>(
            "DeprecateNamespace", (r, _) => engine.ExecuteAsync(tx =>
        {
            var entry = engine.Namespaces.Get(r.Namespace);
            entry.Status = NamespaceState.Deprecated;
            engine.Namespaces.Put(tx, entry);
            return new DeprecateNamespaceResponse();
        }));

    public void BindOperator(MethodTable.ServiceBinder service) =>
        service.On<DeleteNamespaceRequest, DeleteNamespaceResponse>("DeleteNamespace", Delete);

    private Task<RegisterNamespaceResponse> Register(
        RegisterNamespaceRequest r, CallContext context) => engine.ExecuteAsync(tx =>
    {
        if (r.Namespace.Length == 0) throw RpcError.Invalid("Namespace is empty.");
        if (engine.Namespaces.Find(r.Namespace) is not null)
            throw new RpcError(StatusCode.AlreadyExists, $"Namespace \"{r.Namespace}\" already exists",
                new Temporalio.Api.ErrorDetails.V1.NamespaceAlreadyExistsFailure());
        if (r.WorkflowExecutionRetentionPeriod.Span() <= TimeSpan.Zero)
            throw RpcError.Invalid("A valid retention period is not set on request.");
        engine.Namespaces.Put(tx, new NamespaceEntry
        {
            Name = r.Namespace,
            Id = Guid.CreateVersion7().ToString(),
            Description = r.Description,
            OwnerEmail = r.OwnerEmail,
            Data = r.Data.ToDictionary(d => d.Key, d => d.Value, StringComparer.Ordinal),
            Retention = r.WorkflowExecutionRetentionPeriod.Span(),
        });
        return new RegisterNamespaceResponse();
    });

    private Task<UpdateNamespaceResponse> Update(UpdateNamespaceRequest r, CallContext context) => engine.ExecuteAsync(
        tx =>
    {
        var entry = engine.Namespaces.Get(r.Namespace);
        if (r.Config?.WorkflowExecutionRetentionTtl is { } retention)
        {
            if (retention.Span() <= TimeSpan.Zero)
                throw RpcError.Invalid("A valid retention period is not set on request.");
            entry.Retention = retention.Span();
        }

        if (r.UpdateInfo is { } info)
        {
            if (info.Description.Length > 0) entry.Description = info.Description;
            if (info.OwnerEmail.Length > 0) entry.OwnerEmail = info.OwnerEmail;
            foreach (var (key, value) in info.Data) entry.Data[key] = value;
        }

        engine.Namespaces.Put(tx, entry);
        var described = Describe(entry);
        return new UpdateNamespaceResponse
        {
            NamespaceInfo = described.NamespaceInfo,
            Config = described.Config,
            ReplicationConfig = described.ReplicationConfig,
        };
    });

    // The namespace goes with everything in it.
    private async Task<DeleteNamespaceResponse> Delete(DeleteNamespaceRequest r, CallContext context)
    {
        await engine.SettledAsync();
        return await engine.ExecuteAsync(tx =>
        {
            var entry = r.NamespaceId.Length > 0 ? engine.Namespaces.FindById(r.NamespaceId)
                ?? engine.Namespaces.Get(r.NamespaceId) : engine.Namespaces.Get(r.Namespace);
            foreach (var schedule in engine.Schedules.Of(entry.Name).ToList()) engine.Schedules.Remove(tx, schedule);
            foreach (var deployment in engine.Deployments.Of(entry.Name).ToList())
                engine.Deployments.Remove(tx, deployment);
            foreach (var runId in engine.Store.RunIds(entry.Name))
            {
                if (engine.Runs.FindByRunId(runId) is { } run) engine.Runs.Remove(tx, run);
            }

            engine.Namespaces.Remove(tx, entry.Name);
            return new DeleteNamespaceResponse { DeletedNamespace = entry.Name };
        });
    }

    private static DescribeNamespaceResponse Describe(NamespaceEntry n) => new()
    {
        NamespaceInfo = new NamespaceInfo
        {
            Name = n.Name,
            State = n.Status,
            Id = n.Id,
            Description = n.Description,
            OwnerEmail = n.OwnerEmail,
            Data = { n.Data },
            Capabilities = new NamespaceInfo.Types.Capabilities
            {
                EagerWorkflowStart = true,
                SyncUpdate = true,
                AsyncUpdate = true,
            },
            SupportsSchedules = true,
        },
        Config = new NamespaceConfig
        {
            WorkflowExecutionRetentionTtl = n.Retention.Proto(),
            BadBinaries = new BadBinaries(),
            HistoryArchivalState = ArchivalState.Disabled,
            VisibilityArchivalState = ArchivalState.Disabled,
            CustomSearchAttributeAliases = { Aliases(n) },
        },
        ReplicationConfig = new Temporalio.Api.Replication.V1.NamespaceReplicationConfig
        {
            ActiveClusterName = ClusterHandlers.ClusterName,
            Clusters =
                { new Temporalio.Api.Replication.V1.ClusterReplicationConfig { ClusterName =
                    ClusterHandlers.ClusterName } },
        },
    };

    // The real server keeps custom attributes in numbered columns; here a column is just a name.
    private static Dictionary<string, string> Aliases(NamespaceEntry n) => n.SearchAttributes.GroupBy(a => a.Value)
        .SelectMany(group => group.OrderBy(a => a.Key, StringComparer.Ordinal)
            .Select((a, i) => (Column: $"{a.Value}{i + 1:D2}", a.Key)))
        .ToDictionary(a => a.Column, a => a.Key, StringComparer.Ordinal);
}
