using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Search attributes, lists and counts.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class VisibilityTests(Engines engines)
{
    private static readonly SearchAttributeKey<string> Keyword = SearchAttributeKey.CreateKeyword("TestKeyword");
    private static readonly SearchAttributeKey<long> Number = SearchAttributeKey.CreateLong("TestNumber");

    [Theory, EachEngine]
    public async Task Attributes_OfEveryType_RoundTrip(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        var options = scenario.NewWorkflow();
        var time = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);
        options.TypedSearchAttributes = new SearchAttributeCollection.Builder()
            .Set(SearchAttributeKey.CreateText("TestText"), "some words")
            .Set(Keyword, "word")
            .Set(Number, -5)
            .Set(SearchAttributeKey.CreateDouble("TestDouble"), 2.5)
            .Set(SearchAttributeKey.CreateBool("TestBool"), true)
            .Set(SearchAttributeKey.CreateDateTimeOffset("TestTime"), time)
            .Set(SearchAttributeKey.CreateKeywordList("TestList"), ["a", "b"])
            .ToSearchAttributeCollection();
        var handle = await scenario.Client.StartWorkflowAsync("X", [], options);
        var seen = (await handle.DescribeAsync()).TypedSearchAttributes;
        seen.Get(SearchAttributeKey.CreateText("TestText")).ShouldBe("some words");
        seen.Get(Keyword).ShouldBe("word");
        seen.Get(Number).ShouldBe(-5);
        seen.Get(SearchAttributeKey.CreateDouble("TestDouble")).ShouldBe(2.5);
        seen.Get(SearchAttributeKey.CreateBool("TestBool")).ShouldBeTrue();
        seen.Get(SearchAttributeKey.CreateDateTimeOffset("TestTime")).ShouldBe(time);
        seen.Get(SearchAttributeKey.CreateKeywordList("TestList")).ShouldBe(["a", "b"]);
        await handle.TerminateAsync();
    }

    [Theory, EachEngine]
    public Task Attributes_UpsertedAndUnset_AreReadInside(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Tags>(), async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Tags wf) => wf.RunAsync(), scenario.NewWorkflow());
        (await handle.GetResultAsync()).ShouldBe("7 then none");
        (await handle.DescribeAsync()).TypedSearchAttributes.ContainsKey(Number).ShouldBeFalse();
    });

    [Theory, EachEngine]
    public async Task Attribute_Unknown_IsRefused(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        var options = scenario.NewWorkflow();
        options.TypedSearchAttributes = new SearchAttributeCollection.Builder()
            .Set(SearchAttributeKey.CreateKeyword("NobodyAddedThis"), "x").ToSearchAttributeCollection();
        var failure = await Should.ThrowAsync<Temporalio.Exceptions.RpcException>(
            () => scenario.Client.StartWorkflowAsync("X", [], options));
        failure.Code.ShouldBe(Temporalio.Exceptions.RpcException.StatusCode.InvalidArgument);
        failure.Message.ShouldContain("NobodyAddedThis");
    }

    [Theory, EachEngine]
    public Task List_Pages_HaveEveryRunOnce(string engine) => WithFiveAsync(engine, async (client, tag, handles) =>
    {
        var (seen, pages, token) = (new List<string>(), 0, (byte[]?)null);
        do
        {
            var page =
                await client.ListWorkflowsPaginatedAsync($"TestKeyword = '{tag}'", token, new() { PageSize = 2 });
            seen.AddRange(page.Workflows.Select(workflow => workflow.Id));
            (pages, token) = (pages + 1, page.NextPageToken);
        }
        while (token is { Length: > 0 } && pages < 9);
        seen.Order().ShouldBe(handles.Select(handle => handle.Id).Order());
        pages.ShouldBeGreaterThanOrEqualTo(3);
    });

    [Theory, EachEngine]
    public Task List_Limit_IsKept(string engine) => WithFiveAsync(engine, async (client, tag, _) =>
    {
        var seen = 0;
        await foreach (var execution in client.ListWorkflowsAsync($"TestKeyword = '{tag}'", new() { Limit = 3 }))
        {
            seen++;
        }

        seen.ShouldBe(3);
    });

    [Theory, EachEngine]
    public Task Count_GroupedByStatus_AddsUp(string engine) => WithFiveAsync(engine, async (client, tag, handles) =>
    {
        await handles[0].TerminateAsync();
        await Scenario.EventuallyAsync(
            async () =>
                (await client.CountWorkflowsAsync($"TestKeyword = '{tag}' AND ExecutionStatus = 'Running'")).Count == 4,
                    "one is closed");
        var count = await client.CountWorkflowsAsync($"TestKeyword = '{tag}' GROUP BY ExecutionStatus");
        count.Count.ShouldBe(5);
        count.Groups.ToDictionary(group => $"{group.GroupValues.Single()}", group => group.Count).ShouldBe(
            new Dictionary<string, long> { ["Running"] = 4, ["Terminated"] = 1 }, ignoreOrder: true);
    });

    [Theory, EachEngine]
    public Task List_Conditions_Select(string engine) => WithFiveAsync(engine, async (client, tag, handles) =>
    {
        async Task<long> CountAsync(string filter) =>
            (await client.CountWorkflowsAsync($"TestKeyword = '{tag}' AND {filter}")).Count;
        (await CountAsync("TestNumber > 2")).ShouldBe(2);
        (await CountAsync("TestNumber BETWEEN 1 AND 3")).ShouldBe(3);
        (await CountAsync("TestNumber IN (0, 4)")).ShouldBe(2);
        (await CountAsync($"WorkflowId STARTS_WITH '{handles[0].Id[..20]}'")).ShouldBe(1);
        (await CountAsync("(TestNumber = 1 OR TestNumber = 2) AND CloseTime IS NULL")).ShouldBe(2);
        (await CountAsync("TestBool IS NULL")).ShouldBe(5);
    });

    [Theory, EachEngine]
    public Task Histories_OfAList_AreFetched(string engine) => WithFiveAsync(engine, async (client, tag, _) =>
    {
        var events = new List<int>();
        await foreach (var history in client.ListWorkflowHistoriesAsync($"TestKeyword = '{tag}'"))
        {
            events.Add(history.Events.Count);
        }

        events.ShouldBe([2, 2, 2, 2, 2]);
    });

    private async Task WithFiveAsync(string engine, Func<ITemporalClient, string, List<WorkflowHandle>, Task> body)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        var (tag, handles) = ($"t{Guid.NewGuid():N}", new List<WorkflowHandle>());
        for (var i = 0; i < 5; i++)
        {
            var options = scenario.NewWorkflow($"{Guid.NewGuid():N}");
            options.TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(Keyword, tag).Set(Number, i)
                .ToSearchAttributeCollection();
            handles.Add(await scenario.Client.StartWorkflowAsync("X", [], options));
        }

        await Scenario.EventuallyAsync(
            async () => (await scenario.Client.CountWorkflowsAsync($"TestKeyword = '{tag}'")).Count == 5,
            "all are visible");
        await body(scenario.Client, tag, handles);
        foreach (var handle in handles)
        {
            await Should.NotThrowAsync(async () =>
            {
                if ((await handle.DescribeAsync()).Status == Temporalio.Api.Enums.V1.WorkflowExecutionStatus.Running)
                {
                    await handle.TerminateAsync();
                }
            });
        }
    }

    [Workflow]
    public sealed class Tags
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            Workflow.UpsertTypedSearchAttributes(Number.ValueSet(7));
            var first = Workflow.TypedSearchAttributes.Get(Number);
            await Workflow.DelayAsync(1);
            Workflow.UpsertTypedSearchAttributes(Number.ValueUnset());
            return $"{first} then {(Workflow.TypedSearchAttributes.ContainsKey(Number) ? "some" : "none")}";
        }
    }
}
