using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>The official web interface in a real browser, against the embedded server and a worker of the official SDK.</summary>
[Trait("Tier", "e2e")]
public sealed class WebUiTests
{
    private readonly string _queue = $"tq-{Guid.NewGuid()}";
    private readonly string _id = $"review-{Guid.NewGuid():N}";

    [Fact]
    public async Task Pages_StartWatchUpdateRefuseSignalQueryReset_AllWork()
    {
        await using var browser = await Browser.StartAsync();
        await using var engine = await EngineProcess.StartAsync(Engines.Embedded, ui: true, "--search-attribute", "Stage=Keyword");
        await WebSites.WaitForAsync(engine.Ui);
        var client = await TemporalClient.ConnectAsync(new(engine.Address));
        using var worker = new TemporalWorker(client, new TemporalWorkerOptions(_queue).AddWorkflow<ReviewWorkflow>());
        await worker.ExecuteAsync(async () =>
        {
            await StartFromFormAsync(browser, engine.Ui);
            await UpdateAsync(browser);
            await SignalAndQueryAsync(browser);
            await ResetAsync(browser, client);
            await FilterAsync(browser, engine.Ui);
            await ScheduleAsync(browser, client, engine.Ui);
            await CancelAsync(browser, client, engine.Ui);
        });
    }

    private async Task StartFromFormAsync(Browser browser, Uri ui)
    {
        await browser.GoAsync(new Uri(ui, "namespaces/default/workflows/start-workflow"));
        await browser.TypeAsync("#workflowId", _id);
        await browser.TypeAsync("#taskQueue", _queue);
        await browser.TypeAsync("#workflowType", "ReviewWorkflow");
        await browser.TypeAsync(".cm-content", """{"Name":"adapter-7","Rows":100}""");
        await browser.ScreenshotAsync(WebSites.Shot("1-start-form.png"));
        await browser.ClickAsync("[data-testid=start-workflow-button]");
        // A toast links to the run.
        await browser.ClickAsync($"a[href*=\"workflows/{_id}/\"]");
        await browser.SeeAsync("Event History");
        await browser.SeeAsync("adapter-7");
        await browser.SeeAsync("Running");
        await browser.ScreenshotAsync(WebSites.Shot("2-watch.png"));
    }

    private static async Task UpdateAsync(Browser browser)
    {
        await OpenUpdateAsync(browser, "\"\"");
        await browser.SeeAsync("a name is needed");
        await browser.ScreenshotAsync(WebSites.Shot("3-update-refused.png"));
        await browser.ReloadAsync();
        await browser.SeeAsync("Event History");
        await OpenUpdateAsync(browser, "\"ada\"");
        await browser.SeeAsync("approved by ada");
        await browser.ScreenshotAsync(WebSites.Shot("4-update-accepted.png"));
        await browser.ReloadAsync();
        await browser.SeeAsync("Update Accepted");
    }

    private static async Task OpenUpdateAsync(Browser browser, string input)
    {
        await browser.ClickAsync("#workflow-actions-menu-button");
        await browser.ClickAsync("[data-testid=update-button]");
        await browser.ClickAsync("[data-testid=update-select-button]");
        await browser.ClickTextAsync("Approve");
        await browser.TypeAsync(".cm-content", input);
        await browser.ClickTextAsync("Submit");
    }

    private async Task SignalAndQueryAsync(Browser browser)
    {
        await browser.ClickAsync("#workflow-actions-menu-button");
        await browser.ClickAsync("[data-testid=signal-button]");
        await browser.ClickAsync("[data-testid=signal-select-button]");
        await browser.ClickTextAsync("Note");
        await browser.TypeAsync(".cm-content", "\"looks good\"");
        await browser.ClickTextAsync("Submit");
        await browser.SeeAsync("Workflow Execution Signaled");
        await browser.ClickAsync($"a[href*=\"{_id}\"][href$=\"/query\"]");
        await browser.ClickTextAsync("Run Query");
        await browser.SeeAsync("looks good");
        await browser.ScreenshotAsync(WebSites.Shot("5-query.png"));
    }

    private async Task ResetAsync(Browser browser, TemporalClient client)
    {
        var before = (await client.GetWorkflowHandle(_id).DescribeAsync()).RunId;
        await browser.ClickAsync("#workflow-actions-menu-button");
        await browser.ClickAsync("[data-testid=reset-button]");
        await browser.ClickAsync("[data-testid=workflow-reset-event-id-select-button]");
        await browser.ClickAsync("#reset-event-id-select [role=option]");
        await browser.TypeAsync("#reset-reason", "once more");
        await browser.ClickTextAsync("Confirm");
        await browser.SeeAsync("reset");
        var handle = client.GetWorkflowHandle<ReviewWorkflow>(_id);
        await WebSites.EventuallyAsync(async () => (await handle.DescribeAsync()).RunId != before);
        await browser.ScreenshotAsync(WebSites.Shot("6-reset.png"));
        // The update and the signal were applied to the new run again.
        await WebSites.EventuallyAsync(async () => (await handle.QueryAsync(wf => wf.State)).Contains("ada: looks good", StringComparison.Ordinal));
    }

    private async Task FilterAsync(Browser browser, Uri ui)
    {
        await browser.GoAsync(new Uri(ui, "namespaces/default/workflows?query=" + Uri.EscapeDataString("Stage = \"review\"")));
        await browser.SeeAsync(_id);
        await browser.GoAsync(new Uri(ui, "namespaces/default/workflows?query=" + Uri.EscapeDataString("Stage = \"other\"")));
        await browser.SeeAsync("No Results");
        await browser.ScreenshotAsync(WebSites.Shot("7-filter.png"));
    }

    private async Task ScheduleAsync(Browser browser, TemporalClient client, Uri ui)
    {
        await client.CreateScheduleAsync("nightly", new(
            Temporalio.Client.Schedules.ScheduleActionStartWorkflow.Create<ReviewWorkflow>(wf => wf.RunAsync(new("nightly", 1)), new("nightly", _queue)),
            new() { Intervals = [new(TimeSpan.FromHours(24))] }));
        await browser.GoAsync(new Uri(ui, "namespaces/default/schedules"));
        await browser.SeeAsync("nightly");
        await browser.GoAsync(new Uri(ui, "namespaces/default/schedules/nightly"));
        await browser.SeeAsync("Upcoming Runs");
        await browser.ScreenshotAsync(WebSites.Shot("8-schedule.png"));
    }

    private async Task CancelAsync(Browser browser, TemporalClient client, Uri ui)
    {
        var run = (await client.GetWorkflowHandle(_id).DescribeAsync()).RunId;
        await browser.GoAsync(new Uri(ui, $"namespaces/default/workflows/{_id}/{run}/history"));
        await browser.SeeAsync("Event History");
        await browser.ClickTextAsync("Current Details");
        await browser.UntilAsync("document.querySelector('iframe[title=output]')?.contentDocument?.body.innerHTML.includes('<strong>adapter-7</strong> is waiting')", "the current details");
        await browser.ScreenshotAsync(WebSites.Shot("9-current-details.png"));
        await browser.ClickTextAsync("Request Cancellation");
        await browser.ClickTextAsync("Confirm");
        await browser.SeeAsync("Canceled");
        await browser.ScreenshotAsync(WebSites.Shot("10-cancelled.png"));
        (await client.GetWorkflowHandle(_id).DescribeAsync()).Status.ShouldBe(Temporalio.Api.Enums.V1.WorkflowExecutionStatus.Canceled);
    }

    public sealed record ReviewInput(string Name, int Rows);

    [Workflow]
    public sealed class ReviewWorkflow
    {
        private string _reviewer = "";
        private string _note = "";

        [WorkflowQuery]
        public string State => $"{_reviewer}: {_note}";

        [WorkflowRun]
        public async Task RunAsync(ReviewInput input)
        {
            Workflow.UpsertTypedSearchAttributes(Temporalio.Common.SearchAttributeKey.CreateKeyword("Stage").ValueSet("review"));
            Workflow.CurrentDetails = $"**{input.Name}** is waiting for a reviewer";
            try
            {
                await Workflow.WaitConditionAsync(() => false);
            }
            catch (OperationCanceledException)
            {
                Workflow.CurrentDetails = "cancelled";
                throw;
            }
        }

        [WorkflowSignal]
        public Task NoteAsync(string note)
        {
            _note = note;
            return Task.CompletedTask;
        }

        [WorkflowUpdate]
        public Task<string> ApproveAsync(string reviewer)
        {
            _reviewer = reviewer;
            return Task.FromResult("approved by " + reviewer);
        }

        [WorkflowUpdateValidator(nameof(ApproveAsync))]
        public void ValidateApprove(string reviewer)
        {
            if (reviewer.Length == 0) throw new ApplicationFailureException("a name is needed");
        }
    }
}
