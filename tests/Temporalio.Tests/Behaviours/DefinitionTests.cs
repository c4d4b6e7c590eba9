using Temporalio.Activities;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Workflow and activity types that break the rules are refused when they are registered.</summary>
public sealed class DefinitionTests
{
    [Theory]
    [InlineData(typeof(NoRun), "WorkflowRun")]
    [InlineData(typeof(TwoRuns), "multiple")]
    [InlineData(typeof(VoidSignal), "Task")]
    [InlineData(typeof(AsyncQuery), "Task")]
    [InlineData(typeof(SameName), "Twice")]
    [InlineData(typeof(LoneValidator), "Nobody")]
    [InlineData(typeof(Reserved), "__temporal_")]
    public void Workflow_AgainstTheRules_IsRefused(Type type, string named) =>
        Should.Throw<AggregateException>(() => WorkflowDefinition.Create(type)).Message.ShouldContain(
            named, Case.Insensitive);

    [Fact]
    public void Names_OfInterfacesAndAsyncMethods_DropTheirConventions()
    {
        var definition = WorkflowDefinition.Create<Named>();
        definition.Name.ShouldBe("Named");
        definition.Signals.Keys.ShouldBe(["Go"]);
        WorkflowDefinition.Create<INamed>().Name.ShouldBe("Named");
    }

    [Fact]
    public void Activity_Lambda_NeedsAName() =>
        Should.Throw<ArgumentException>(() => ActivityDefinition.Create(() => 1));

    [Fact]
    public void Activity_OfAnInterface_IsNotInherited() =>
        Should.Throw<ArgumentException>(() => ActivityDefinition.CreateAll(new Implementation())).Message.ShouldContain(
            "Implementation");

    [Workflow]
    public interface INamed
    {
        [WorkflowRun]
        Task RunAsync();
    }

    public interface IWork
    {
        [Activity]
        void Work();
    }

    public sealed class Implementation : IWork
    {
        public void Work()
        {
        }
    }

    [Workflow]
    public sealed class Named
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowSignal]
        public Task GoAsync() => Task.CompletedTask;
    }

    [Workflow]
    public sealed class NoRun;

    [Workflow]
    public sealed class TwoRuns
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowRun]
        public Task WalkAsync() => Task.CompletedTask;
    }

    [Workflow]
    public sealed class VoidSignal
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowSignal]
        public void Go()
        {
        }
    }

    [Workflow]
    public sealed class AsyncQuery
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowQuery]
        public Task<int> CountAsync() => Task.FromResult(1);
    }

    [Workflow]
    public sealed class SameName
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowSignal("Twice")]
        public Task OneAsync() => Task.CompletedTask;

        [WorkflowSignal("Twice")]
        public Task TwoAsync() => Task.CompletedTask;
    }

    [Workflow]
    public sealed class LoneValidator
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowUpdateValidator("Nobody")]
        public void Validate()
        {
        }
    }

    [Workflow]
    public sealed class Reserved
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;

        [WorkflowSignal("__temporal_mine")]
        public Task MineAsync() => Task.CompletedTask;
    }
}
