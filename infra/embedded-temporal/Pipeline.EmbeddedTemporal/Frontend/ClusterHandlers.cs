using Temporalio.Api.OperatorService.V1;

namespace Pipeline.EmbeddedTemporal.Frontend;

// The server itself. A capability bit is set only when it is true.
internal sealed class ClusterHandlers(Engine engine)
{
    public const string ServerVersion = "1.29.1-embedded";
    public const string ClusterName = "active";
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
                SupportsSchedules = true,
                UpsertMemo = true,
                EagerWorkflowStart = true,
                SdkMetadata = true,
            },
        })
        .On<GetClusterInfoRequest, GetClusterInfoResponse>("GetClusterInfo", _ => new GetClusterInfoResponse
        {
            SupportedClients =
            {
                ["temporal-cli"] = "<2.0.0",
                ["temporal-dotnet"] = "<2.0.0",
                ["temporal-go"] = "<2.0.0",
                ["temporal-java"] = "<2.0.0",
                ["temporal-php"] = "<2.0.0",
                ["temporal-server"] = "<2.0.0",
                ["temporal-typescript"] = "<2.0.0",
                ["temporal-ui"] = "<3.0.0",
            },
            ServerVersion = ServerVersion,
            ClusterId = _clusterId,
            ClusterName = ClusterName,
            HistoryShardCount = 1,
            PersistenceStore = "sqlite",
            VisibilityStore = "sqlite",
        });

    public void BindOperator(MethodTable.ServiceBinder service) => service
        .On<ListNexusEndpointsRequest, ListNexusEndpointsResponse>(
            "ListNexusEndpoints", _ => new ListNexusEndpointsResponse())
        .On<ListClustersRequest, ListClustersResponse>("ListClusters", _ => new ListClustersResponse
        {
            Clusters =
                { new ClusterMetadata { ClusterName = ClusterName, ClusterId = _clusterId, HistoryShardCount = 1,
                    Address = engine.Options.Address, IsConnectionEnabled = true } },
        });
}
