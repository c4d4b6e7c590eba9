using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Workflows that each use one part of the workflow API.</summary>
[SuppressMessage("Design", "CA1724", Justification = "Names of workflow types.")]
public static class ApiWorkflows
{
    [Workflow]
    public sealed class Timers
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            using var cancel = new CancellationTokenSource();
            var hour = Workflow.DelayAsync(TimeSpan.FromHours(1), cancel.Token);
            await Workflow.DelayAsync(30);
            cancel.Cancel();
            try
            {
                await hour;
                return "hour passed";
            }
            catch (OperationCanceledException)
            {
                return "fired cancelled";
            }
        }
    }

    [Workflow]
    public sealed class Conditions
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            var never = await Workflow.WaitConditionAsync(() => false, TimeSpan.FromMilliseconds(30));
            var ready = false;
            _ = Workflow.RunTaskAsync(async () =>
            {
                await Workflow.DelayAsync(20);
                ready = true;
            });
            return $"{never} {await Workflow.WaitConditionAsync(() => ready, TimeSpan.FromMinutes(1))}";
        }
    }

    [Workflow]
    public sealed class Randoms
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            var (guid, number, now) = (Workflow.NewGuid(), Workflow.Random.Next(), Workflow.UtcNow);
            await Workflow.DelayAsync(10);
            var seen = $"{guid} {number} {now:O}";
            // The patch id is part of the history: another value on replay would be a non-determinism error.
            Workflow.Patched(seen);
            await Workflow.DelayAsync(10);
            return Workflow.Patched(seen) ? "stable" : "changed";
        }
    }

    [Workflow]
    public sealed class Upserts
    {
        [WorkflowRun]
        public async Task RunAsync(long number)
        {
            Workflow.UpsertMemo(MemoUpdate.ValueSet("stage", "train"), MemoUpdate.ValueSet("gone", 1));
            Workflow.UpsertTypedSearchAttributes(SearchAttributeKey.CreateLong("TestNumber").ValueSet(number));
            await Workflow.DelayAsync(10);
            Workflow.UpsertMemo(MemoUpdate.ValueUnset("gone"));
            await Workflow.WaitConditionAsync(() => false);
        }
    }

    [Workflow]
    public sealed class Described
    {
        private bool _go;

        [WorkflowRun]
        public async Task RunAsync()
        {
            Workflow.CurrentDetails = "**waiting**";
            await Workflow.WaitConditionAsync(() => _go);
        }

        [WorkflowSignal(Description = "ends it")]
        public Task GoAsync()
        {
            _go = true;
            return Task.CompletedTask;
        }

        [WorkflowUpdate(Description = "changes it")]
        public Task ChangeAsync() => Task.CompletedTask;
    }

    [Workflow(Dynamic = true)]
    public sealed class Dynamic
    {
        private readonly List<string> _seen = [];
        private bool _queried;

        [WorkflowRun]
        public async Task<string> RunAsync(IRawValue[] arguments)
        {
            await Workflow.WaitConditionAsync(() => _seen.Count >= 2);
            _queried = true;
            return Workflow.Info.WorkflowType;
        }

        [WorkflowSignal(Dynamic = true)]
        public Task SignalAsync(string name, IRawValue[] arguments)
        {
            _seen.Add(name);
            return Task.CompletedTask;
        }

        [WorkflowUpdate(Dynamic = true)]
        public Task<string> UpdateAsync(string name, IRawValue[] arguments)
        {
            _seen.Add(name);
            return Task.FromResult(name);
        }

        [WorkflowQuery(Dynamic = true)]
        public string Query(string name, IRawValue[] arguments) =>
            $"{name} after {string.Join(',', _seen)}{(_queried ? "" : "!")}";
    }

    [Workflow]
    public sealed class Locked
    {
        private readonly Temporalio.Workflows.Mutex _mutex = new();
        private int _inside;

        [WorkflowQuery]
        public int Most { get; private set; }

        [WorkflowRun]
        public Task RunAsync() => Workflow.WaitConditionAsync(() => false);

        [WorkflowUpdate]
        public async Task EnterAsync()
        {
            await _mutex.WaitOneAsync();
            try
            {
                Most = Math.Max(Most, ++_inside);
                await Workflow.DelayAsync(5);
                _inside--;
            }
            finally
            {
                _mutex.ReleaseMutex();
            }
        }
    }

    [Workflow]
    public sealed class Leaks
    {
        [WorkflowRun]
        public async Task RunAsync()
        {
            await Workflow.DelayAsync(5);
            await Task.Delay(10);
        }
    }

    [Workflow(FailureExceptionTypes = [typeof(InvalidOperationException)])]
    public sealed class FailsHard
    {
        [WorkflowRun]
        public Task RunAsync() => throw new InvalidOperationException("counts as a failure");
    }

    [Workflow]
    public sealed class Buggy
    {
        internal static ConcurrentDictionary<string, bool> Fixed { get; } = new(StringComparer.Ordinal);

        [WorkflowRun]
        public Task<string> RunAsync() =>
            Fixed.ContainsKey(Workflow.Info.WorkflowId)
                ? Task.FromResult("fixed") : throw new InvalidOperationException("a bug");
    }

    [Workflow]
    public sealed class Patches
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.DelayAsync(5);
            return Workflow.Patched("p1") ? "new" : "old";
        }
    }

    [Workflow]
    public sealed class Member
    {
        [WorkflowRun]
        public async Task<int> RunAsync(string what)
        {
            if (what == "fail")
            {
                throw new ApplicationFailureException("child failed: no", nonRetryable: true);
            }

            await Workflow.DelayAsync(what == "wait" ? TimeSpan.FromHours(1) : TimeSpan.FromMilliseconds(10));
            return 42;
        }
    }

    [Workflow]
    public sealed class Family
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            var id = Workflow.Info.WorkflowId;
            var result =
                await Workflow.ExecuteChildWorkflowAsync((Member wf) => wf.RunAsync("work"), new() { Id = id + "-a" });
            var failed = await CaughtAsync<ChildWorkflowFailureException>(
                Workflow.ExecuteChildWorkflowAsync((Member wf) => wf.RunAsync("fail"), new() { Id = id + "-b" }));
            using var cancel = new CancellationTokenSource();
            var waiting = await Workflow.StartChildWorkflowAsync(
                (Member wf) => wf.RunAsync("wait"), new() { Id = id + "-c", CancellationToken = cancel.Token });
            var twice = await CaughtAsync<WorkflowAlreadyStartedException>(
                Workflow.StartChildWorkflowAsync((Member wf) => wf.RunAsync("wait"), new() { Id = id + "-c" }));
            cancel.Cancel();
            var cancelled = await CaughtAsync<ChildWorkflowFailureException>(waiting.GetResultAsync());
            return $"{result}; {failed!.InnerException!.Message}; {(twice is null ? "" : "already started")}; " +
                $"{(cancelled!.InnerException is CanceledFailureException ? "cancelled" : "")}";
        }

        private static async Task<T?> CaughtAsync<T>(Task task)
            where T : Exception
        {
            try
            {
                await task;
                return null;
            }
            catch (T exception)
            {
                return exception;
            }
        }
    }

    [Workflow]
    public sealed class Locals
    {
        [WorkflowRun]
        public Task<string> RunAsync() => Workflow.ExecuteLocalActivityAsync<string>("failTwice", [], new()
        {
            StartToCloseTimeout = TimeSpan.FromSeconds(5),
            RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(10) },
        });
    }

    [Workflow]
    public sealed class Busy
    {
        [WorkflowRun]
        public Task RunAsync()
        {
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed < TimeSpan.FromSeconds(3))
            {
                Thread.SpinWait(1000);
            }

            return Task.CompletedTask;
        }
    }
}
