using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Worker;
using Temporalio.Workflows;
using Status = Temporalio.Api.Enums.V1.WorkflowExecutionStatus;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>The further pages and dialogs of the official web interface: what people do when something is stuck, and schedules.</summary>
[Trait("Tier", "e2e")]
public sealed class WebUiDialogsTests
{
    private const string Confirm = "dialog[open] [data-testid=confirm-modal-button]";
    private readonly string _queue = $"tq-{Guid.NewGuid()}";

    [Fact]
    public async Task Dialogs_TerminateBatchScheduleAndPages_AllWork()
    {
        await using var browser = await Browser.StartAsync();
        await using var engine = await EngineProcess.StartAsync(Engines.Embedded, ui: true);
        await WebSites.WaitForAsync(engine.Ui);
        var client = await TemporalClient.ConnectAsync(new(engine.Address));
        var options = new TemporalWorkerOptions(_queue)
        {
            WorkflowStackTrace = WorkflowStackTrace.Normal,
            DeploymentOptions = new(new("reviewers", "build-7"), useWorkerVersioning: true) { DefaultVersioningBehavior = VersioningBehavior.AutoUpgrade },
        };
        using var worker = new TemporalWorker(client, options.AddWorkflow<WaitWorkflow>().AddActivity(WaitWorkflow.Refuse));
        await worker.ExecuteAsync(async () =>
        {
            await MakeCurrentAsync(client);
            await LookAroundAsync(browser, client, engine.Ui);
            await TerminateAsync(browser, client);
            await BatchAsync(browser, client, engine.Ui);
            await ScheduleAsync(browser, client, engine.Ui);
            await DeploymentAsync(browser, engine.Ui);
        });
    }

    private Task<WorkflowHandle<WaitWorkflow>> StartAsync(TemporalClient client, string id) =>
        client.StartWorkflowAsync((WaitWorkflow wf) => wf.RunAsync(), new(id, _queue));

    private static async Task MakeCurrentAsync(TemporalClient client) => await WebSites.EventuallyAsync(async () =>
    {
        try
        {
            await client.WorkflowService.SetWorkerDeploymentCurrentVersionAsync(new() { Namespace = "default", DeploymentName = "reviewers", BuildId = "build-7", Identity = "test" });
            return true;
        }
        catch (Temporalio.Exceptions.RpcException)
        {
            // The worker has not polled yet.
            return false;
        }
    });

    private async Task LookAroundAsync(Browser browser, TemporalClient client, Uri ui)
    {
        var handle = await StartAsync(client, "stuck");
        var page = $"namespaces/default/workflows/stuck/{(await handle.DescribeAsync()).RunId}/";
        await browser.GoAsync(new Uri(ui, page + "history"));
        await browser.SeeAsync("Event History");
        await browser.ClickAsync("[data-testid=feed]");
        await browser.SeeAsync("Activity Task Scheduled");
        await browser.ClickAsync("[data-testid=compact]");
        await browser.SeeAsync("Refuse");
        await browser.ClickAsync("[data-testid=json]");
        await browser.SeeAsync("\"eventType\": \"WorkflowExecutionStarted\"");
        await browser.ScreenshotAsync(WebSites.Shot("11-history-json.png"));
        await browser.ClickAsync("[data-testid=compact]");
        await browser.GoAsync(new Uri(ui, page + "pending-activities"));
        await browser.ClickTextAsync("Last Failure with Stack Trace");
        await browser.SeeAsync("the reviewer is away");
        await browser.ScreenshotAsync(WebSites.Shot("12-pending-activities.png"));
        await browser.GoAsync(new Uri(ui, page + "call-stack"));
        await browser.SeeAsync("RunAsync");
        await browser.ScreenshotAsync(WebSites.Shot("13-call-stack.png"));
        await browser.GoAsync(new Uri(ui, page + "workers"));
        await browser.SeeAsync(_queue);
        await browser.UntilAsync("document.querySelectorAll('[data-testid=worker-row]').length > 0", "a row for the worker");
        await browser.ScreenshotAsync(WebSites.Shot("14-workers.png"));
    }

    private static async Task TerminateAsync(Browser browser, TemporalClient client)
    {
        await browser.ClickAsync("#workflow-actions-menu-button");
        await browser.ClickAsync("[data-testid=terminate-button]");
        await browser.TypeAsync("#workflow-termination-reason", "nobody will come");
        await browser.ScreenshotAsync(WebSites.Shot("15-terminate.png"));
        await browser.ClickAsync(Confirm);
        await browser.SeeAsync("Terminated");
        var history = await client.GetWorkflowHandle("stuck").FetchHistoryAsync();
        history.Events.Last().WorkflowExecutionTerminatedEventAttributes.Reason.ShouldContain("nobody will come");
    }

    private async Task BatchAsync(Browser browser, TemporalClient client, Uri ui)
    {
        for (var i = 0; i < 3; i++) await StartAsync(client, $"many-{i}");
        await browser.GoAsync(new Uri(ui, "namespaces/default/workflows?query=" + Uri.EscapeDataString("WorkflowId STARTS_WITH \"many\"")));
        await browser.SeeAsync("many-2");
        await browser.ClickAsync("label:has(#select-visible-workflows)");
        await browser.ClickAsync("[data-testid=bulk-terminate-button]");
        await browser.ScreenshotAsync(WebSites.Shot("16-batch-terminate.png"));
        await browser.ClickAsync(Confirm);
        for (var i = 0; i < 3; i++)
        {
            var handle = client.GetWorkflowHandle($"many-{i}");
            await WebSites.EventuallyAsync(async () => (await handle.DescribeAsync()).Status == Status.Terminated);
        }

        await browser.GoAsync(new Uri(ui, "namespaces/default/batch-operations"));
        await browser.SeeAsync("Completed");
        await browser.ScreenshotAsync(WebSites.Shot("17-batch-operations.png"));
    }

    private async Task ScheduleAsync(Browser browser, TemporalClient client, Uri ui)
    {
        await browser.GoAsync(new Uri(ui, "namespaces/default/schedules/create"));
        await browser.TypeAsync("#name", "hourly");
        await browser.TypeAsync("#workflowType", "WaitWorkflow");
        await browser.TypeAsync("#workflowId", "scheduled");
        await browser.TypeAsync("#taskQueue", _queue);
        await browser.ClickAsync("[data-testid=interval-tab]");
        await browser.TypeAsync("[data-testid=hour-interval-input]", "1");
        await browser.ScreenshotAsync(WebSites.Shot("18-schedule-form.png"));
        await browser.ClickAsync("[data-testid=create-schedule-button]");
        var schedule = client.GetScheduleHandle("hourly");
        await WebSites.EventuallyAsync(async () => (await client.ListSchedulesAsync().ToListAsync()).Any(s => s.Id == "hourly"));
        (await schedule.DescribeAsync()).Schedule.Spec.Intervals.Single().Every.ShouldBe(TimeSpan.FromHours(1));

        await browser.GoAsync(new Uri(ui, "namespaces/default/schedules/hourly"));
        await browser.SeeAsync("Upcoming Runs");
        await browser.ClickAsync("#schedule-actions-primary-button");
        await browser.TypeAsync("#pause-reason", "holidays");
        await browser.ClickAsync(Confirm);
        await WebSites.EventuallyAsync(async () => (await schedule.DescribeAsync()).Schedule.State is { Paused: true, Note: "holidays" });
        await browser.SeeAsync("Paused");
        await browser.ScreenshotAsync(WebSites.Shot("19-schedule-paused.png"));

        await browser.ClickAsync("#schedule-actions-menu-button");
        await browser.ClickAsync("[data-testid=trigger-schedule]");
        await browser.ClickAsync(Confirm);
        await WebSites.EventuallyAsync(async () => (await schedule.DescribeAsync()).Info.NumActions == 1);
        await browser.ReloadAsync();
        await browser.SeeAsync("scheduled-");

        await browser.ClickAsync("#schedule-actions-menu-button");
        await browser.ClickAsync("[data-testid=delete-schedule]");
        await browser.ClickAsync(Confirm);
        await WebSites.EventuallyAsync(async () => (await client.ListSchedulesAsync().ToListAsync()).Count == 0);
    }

    private static async Task DeploymentAsync(Browser browser, Uri ui)
    {
        await browser.GoAsync(new Uri(ui, "namespaces/default/worker-deployments"));
        await browser.SeeAsync("reviewers");
        await browser.GoAsync(new Uri(ui, "namespaces/default/worker-deployments/reviewers"));
        await browser.SeeAsync("build-7");
        await browser.ScreenshotAsync(WebSites.Shot("20-deployment.png"));
    }

    [Workflow]
    public sealed class WaitWorkflow
    {
        [Activity]
        public static void Refuse() => throw new InvalidOperationException("the reviewer is away");

        [WorkflowRun]
        public Task RunAsync() => Workflow.ExecuteActivityAsync(() => Refuse(), new()
        {
            StartToCloseTimeout = TimeSpan.FromMinutes(5),
            RetryPolicy = new() { InitialInterval = TimeSpan.FromMinutes(2) },
        });
    }
}
