using Pipeline.EmbeddedTemporal.Tests;
using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Pipeline.Workflows.Json;
using Temporalio.Client;

namespace Pipeline.Workflows.Tests;

/// <summary>
/// P-01, P-03, P-04 by mouse and keyboard: runs are started, approved and retried in the official web interface.
/// </summary>
[Trait("Tier", "e2e")]
public sealed class PipelineWebUiTests
{
    [Fact]
    public async Task P01_P03_P04_Browser_StartsApprovesAndRetries()
    {
        await using var browser = await Browser.StartAsync();
        await using var engine = await EngineProcess.StartAsync(
            Path.Combine(Repository.Root, "infra", "embedded-temporal", "temporal"), ui: true,
            [.. SearchAttributes.All.SelectMany(
                attribute => new[] { "--search-attribute", $"{attribute.Name}=Keyword" })]);
        if (await WebSites.WaitForAsync(engine.Ui) is { } problem) Assert.Skip(problem);
        var client =
            await TemporalClient.ConnectAsync(new(engine.Address) { DataConverter = PipelineJson.Converter() });
        var fakes = new FakeActivities
        {
            Before = (name, call) => name == "Dedup" && call == 2
                ? throw FakeActivities.Failure(ErrorTypes.BadData) : Task.CompletedTask,
        };
        await using var pipeline = TestPipeline.Start(client, fakes);

        // {} is a complete input.
        var first = await StartAsync(browser, engine.Ui, pipeline, "{}", "p1");
        var open = await TestPipeline.AwaitedAsync(first, ApprovalRequest.Promotion);
        await UpdateAsync(browser, "approve", """{"by":"mallory","digest":"000000000000"}""");
        await browser.SeeAsync("is not what is decided on");
        await browser.ScreenshotAsync("p2-approval-refused.png");
        await OpenAsync(browser, engine.Ui, first);
        await UpdateAsync(browser, "approve", $$"""{"by":"ada","digest":"{{open.Digest}}"}""");
        (await first.GetResultAsync()).Verdict.ShouldBe(Verdict.Promoted);
        (await first.FetchHistoryAsync()).Events.Count(e =>
            e.WorkflowExecutionUpdateAcceptedEventAttributes is not null).ShouldBe(1, "the refused one left no event");

        // An example of workflows/recipes, with a stage that fails.
        var example = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root, "workflows", "recipes", "tiny.json"), TestContext.Current.CancellationToken);
        var second = await StartAsync(browser, engine.Ui, pipeline, example, "p3");
        (await TestPipeline.ParkedAsync(second)).Name.ShouldBe(StageNames.Dedup);
        await ShowDetailsAsync(browser, engine.Ui, second, "Parked at", "p4-parked.png");
        await UpdateAsync(browser, "retryStage", """{"by":"ada"}""");
        open = await TestPipeline.AwaitedAsync(second, ApprovalRequest.Promotion);
        await ShowDetailsAsync(browser, engine.Ui, second, "Awaits 1 of 1", "p5-awaits-approval.png");
        await UpdateAsync(browser, "approve", $$"""{"by":"ada","digest":"{{open.Digest}}"}""");
        (await second.GetResultAsync()).Verdict.ShouldBe(Verdict.Promoted);
        fakes.Count("Ingest").ShouldBe(2, "once for each run");
        await ShowDetailsAsync(browser, engine.Ui, second, "Promoted", "p6-promoted.png");
    }

    private static async Task<WorkflowHandle<FineTuneWorkflow, FineTuneResult>> StartAsync(
        Browser browser, Uri ui, TestPipeline pipeline, string input, string shot)
    {
        var id = $"finetune:{Guid.NewGuid():N}";
        await browser.GoAsync(new Uri(ui, "namespaces/default/workflows/start-workflow"));
        await browser.FillAsync("#workflowId", id);
        await browser.FillAsync("#taskQueue", pipeline.Queue);
        await browser.FillAsync("#workflowType", "FineTuneWorkflow");
        await browser.WriteJsonAsync(input);
        await browser.ScreenshotAsync($"{shot}-start.png");
        await browser.ClickAsync("[data-testid=start-workflow-button]");
        await browser.ClickAsync($"a[href*=\"{Uri.EscapeDataString(id)}\"]");
        await browser.SeeAsync("Event History");
        return pipeline.Client.GetWorkflowHandle<FineTuneWorkflow, FineTuneResult>(id);
    }

    private static async Task OpenAsync(Browser browser, Uri ui, WorkflowHandle handle)
    {
        var run = (await handle.DescribeAsync()).RunId;
        await browser.GoAsync(
            new Uri(ui, $"namespaces/default/workflows/{Uri.EscapeDataString(handle.Id)}/{run}/history"));
        await browser.SeeAsync("Event History");
    }

    private static async Task UpdateAsync(Browser browser, string update, string input)
    {
        await browser.ClickAsync("#workflow-actions-menu-button");
        await browser.ClickAsync("[data-testid=update-button]");
        await browser.ClickAsync("[data-testid=update-select-button]");
        await browser.ClickTextAsync(update);
        await browser.WriteJsonAsync(input);
        await browser.ClickTextAsync("Submit");
    }

    private static async Task ShowDetailsAsync(Browser browser, Uri ui, WorkflowHandle handle, string text, string shot)
    {
        await OpenAsync(browser, ui, handle);
        await browser.ClickTextAsync("Current Details");
        await browser.SeeAsync(text);
        await browser.ScreenshotAsync(shot);
    }
}
