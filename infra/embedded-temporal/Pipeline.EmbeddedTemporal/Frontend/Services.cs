namespace Pipeline.EmbeddedTemporal.Frontend;

// Every RPC that this server answers.
internal static class Services
{
    public static MethodTable Bind(Engine engine)
    {
        var methods = new MethodTable();
        var service = methods.Service(
            "temporal.api.workflowservice.v1.WorkflowService",
            () => Temporalio.Api.WorkflowService.V1.ServiceReflection.Descriptor.Services[0]);
        var operators = methods.Service(
            "temporal.api.operatorservice.v1.OperatorService",
            () => Temporalio.Api.OperatorService.V1.ServiceReflection.Descriptor.Services[0]);
        var workflows = new WorkflowHandlers(engine);
        workflows.Bind(service);
        new MultiOperationHandlers(engine, workflows).Bind(service);
        new WorkerHandlers(engine).Bind(service);
        new ActivityHandlers(engine).Bind(service);
        new OptionsHandlers(engine).Bind(service);
        new DeploymentHandlers(engine).Bind(service);
        new ScheduleHandlers(engine).Bind(service);
        new BatchHandlers(engine).Bind(service);
        new ReadHandlers(engine).Bind(service);
        new VisibilityHandlers(engine).Bind(service);
        new TaskQueueHandlers(engine).Bind(service);
        var cluster = new ClusterHandlers(engine);
        cluster.Bind(service);
        cluster.BindOperator(operators);
        var namespaces = new NamespaceHandlers(engine);
        namespaces.Bind(service);
        namespaces.BindOperator(operators);
        var attributes = new SearchAttributeHandlers(engine);
        attributes.Bind(service);
        attributes.BindOperator(operators);
        if (engine.Options.TimeSkipping)
        {
            new TimeSkipping.TestHandlers(engine).Bind(methods.Service(
                "temporal.api.testservice.v1.TestService",
                () => Temporalio.Api.TestService.V1.ServiceReflection.Descriptor.Services[0]));
        }

        return methods;
    }
}
