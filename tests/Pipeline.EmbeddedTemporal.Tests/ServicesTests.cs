using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.EmbeddedTemporal.Core;
using Pipeline.EmbeddedTemporal.Frontend;
using Pipeline.EmbeddedTemporal.HttpApi;

namespace Pipeline.EmbeddedTemporal.Tests;

public sealed class ServicesTests
{
    [Fact]
    public void Bind_EveryMethod_ExistsInItsService()
    {
        using var engine = new Engine(new EngineOptions { TimeSkipping = true }, NullLogger<Engine>.Instance);
        Services.Bind(engine).Unknown().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("GET", "api/v1/namespaces/n/workflows/w", "DescribeWorkflowExecution")]
    [InlineData("POST", "api/v1/namespaces/n/workflows/w", "StartWorkflowExecution")]
    [InlineData("POST", "api/v1/namespaces/n/workflows/w/signal/s", "SignalWorkflowExecution")]
    [InlineData("GET", "api/v1/namespaces/n/workflow-count", "CountWorkflowExecutions")]
    [InlineData("POST", "api/v1/namespaces/n/schedules/s/patch", "PatchSchedule")]
    [InlineData("GET", "api/v1/namespaces/n/search-attributes", "ListSearchAttributes")]
    [InlineData("GET", "api/v1/cluster-info", "GetClusterInfo")]
    public void Find_PathOfTheWebInterface_IsItsRpc(string verb, string path, string method)
    {
        using var engine = new Engine(new EngineOptions(), NullLogger<Engine>.Instance);
        new HttpRoutes(Services.Bind(engine).Known)
            .Find(verb, path.Split('/'))!.Value.Route.Method.Name.ShouldBe(method);
    }
}
