using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Pipeline.Activities.Running;
using Pipeline.Registry.Storage;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Pipeline.Activities.Tests;

/// <summary>What a failed data stage leaves in the log, and which failures are tried again.</summary>
[Collection(nameof(OneEngine))]
[Trait("Tier", "e2e")]
public sealed class FailureLogTests(TinyDataset tiny, OneEngine engine) : IClassFixture<TinyDataset>
{
    [Fact]
    public async Task S0_31_FailedStage_IsLoggedOncePerAttemptAndOnlyTransientOnesAreRetried()
    {
        using var log = new FailureLog();
        var missing = ArtifactRef.Of("raw-rows", new string('0', 64), 1);
        var failure = await Should.ThrowAsync<WorkflowFailedException>(
            () => SanitizeAsync(engine.Client, tiny.Store, missing, log));
        var cause = failure.InnerException.ShouldBeOfType<ActivityFailureException>().InnerException
            .ShouldBeOfType<ApplicationFailureException>();
        (cause.ErrorType, cause.NonRetryable).ShouldBe((ErrorTypes.NotFound, true));
        log.Failures.ShouldHaveSingleItem();
        log.Failures.ShouldContain(line => line.Attempt == 1 && line.Activity == "Sanitize"
            && line.Text.Contains(missing.Uri, StringComparison.Ordinal));

        // Nothing is wrong with the rows; the store was away twice.
        log.Failures.Clear();
        var failures = 2;
        var store = new WatchedStore(tiny.Store, looking: _ =>
        {
            if (Interlocked.Decrement(ref failures) >= 0)
            {
                throw new HttpRequestException("the store does not answer");
            }
        });
        (await SanitizeAsync(engine.Client, store, tiny.RawRows, log)).ShouldBeGreaterThan(0);
        log.Failures.Select(line => line.Attempt).ShouldBe([1, 2]);
    }

    private async Task<double> SanitizeAsync(
        ITemporalClient client, IObjectStore store, ArtifactRef rows, FailureLog log)
    {
        var options = new TemporalWorkerOptions($"tq-{Guid.NewGuid():N}")
        {
            Interceptors = [new FailureInterceptor()],
            LoggerFactory = log,
        };
        using var worker = new TemporalWorker(
            client, options.AddAllActivities(new Host(store, tiny.NewHost()).Data).AddWorkflow<OneStage>());
        // given above
        return await worker.ExecuteAsync(
            () =>
                client.ExecuteWorkflowAsync(
                    (OneStage wf) => wf.RunAsync(rows), new($"stage-{Guid.NewGuid():N}", options.TaskQueue!)));
    }

    /// <summary>One stage under the policy of data stages.</summary>
    [Workflow]
    public sealed class OneStage
    {
        [WorkflowRun]
        public async Task<double> RunAsync(ArtifactRef rows)
        {
            var options = ActivityPolicies.Data("clean");
            options.TaskQueue = Workflow.Info.TaskQueue;
            var input = new DataStageInput { Rows = rows, Data = new DataOptions() };
            var result = await Workflow.ExecuteActivityAsync((IDataActivities a) => a.SanitizeAsync(input), options);
            return result.Summary.Counts["out"];
        }
    }

    /// <summary>Keeps what a worker says about failed activities.</summary>
    private sealed class FailureLog : ILoggerFactory, ILogger
    {
        private readonly AsyncLocal<Dictionary<string, object>?> _scope = new();

        public ConcurrentQueue<(int Attempt, string? Activity, string Text)> Failures { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            if (state is IEnumerable<KeyValuePair<string, object>> pairs)
            {
                _scope.Value = new Dictionary<string, object>(pairs);
            }

            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (exception is not null && _scope.Value is { } scope && scope.ContainsKey("ActivityType"))
            {
                Failures.Enqueue(
                    (Convert.ToInt32(scope.GetValueOrDefault("Attempt"), null),
                        scope.GetValueOrDefault("ActivityType") as string,
                            $"{formatter(state, exception)} {exception}"));
            }
        }

        public void Dispose()
        {
        }
    }
}
