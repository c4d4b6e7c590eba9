using Temporalio.Worker;

namespace Temporalio.Tests.Behaviours;

/// <summary>Workers that forget: every workflow is replayed and goes on.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class CacheTests(Engines engines)
{
    [Theory, EachEngine(0), EachEngine(1)]
    public async Task Cache_SmallerThanTheWork_ReplaysAndFinishes(string engine, int cached)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        await scenario.RunAsync(options =>
        {
            options.AddWorkflow<RestartTests.Steps>().AddAllActivities(typeof(SampleActivities), null);
            options.MaxCachedWorkflows = cached;
        }, async () =>
        {
            var handles = await RestartTests.StartAsync(scenario, 6, 4);
            foreach (var handle in handles)
            {
                (await handle.GetResultAsync()).ShouldBe("s0 s1 s2 s3");
            }
        });
    }
}
