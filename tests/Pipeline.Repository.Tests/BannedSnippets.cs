namespace Pipeline.Repository.Tests;

/// <summary>
/// One statement that uses each symbol of <c>BannedSymbols.txt</c>, by the symbol's documentation id.
/// </summary>
internal static class BannedSnippets
{
    public static readonly Dictionary<string, string> All = new(StringComparer.Ordinal)
    {
        ["T:System.Random"] = "_ = new Random();",
        ["T:System.IO.File"] = "_ = File.Exists(\"x\");",
        ["T:System.IO.Directory"] = "_ = Directory.Exists(\"x\");",
        ["T:System.IO.FileStream"] = "_ = new FileStream(\"x\", FileMode.Open);",
        ["T:System.Net.Http.HttpClient"] = "_ = new HttpClient();",
        ["T:System.Threading.Timer"] = "_ = new Timer(_ => { });",
        ["T:System.Threading.Thread"] = "Thread.Sleep(1);",
        ["T:System.Threading.SemaphoreSlim"] = "_ = new SemaphoreSlim(1);",
        ["T:System.Threading.Mutex"] = "_ = new Mutex();",
        ["T:System.Diagnostics.Stopwatch"] = "_ = Stopwatch.StartNew();",
        ["T:System.Environment"] = "_ = Environment.MachineName;",
        ["P:System.DateTime.Now"] = "_ = DateTime.Now;",
        ["P:System.DateTime.UtcNow"] = "_ = DateTime.UtcNow;",
        ["P:System.DateTime.Today"] = "_ = DateTime.Today;",
        ["P:System.DateTimeOffset.Now"] = "_ = DateTimeOffset.Now;",
        ["P:System.DateTimeOffset.UtcNow"] = "_ = DateTimeOffset.UtcNow;",
        ["P:System.TimeProvider.System"] = "_ = TimeProvider.System;",
        ["M:System.Guid.NewGuid"] = "_ = Guid.NewGuid();",
        ["M:System.Guid.CreateVersion7"] = "_ = Guid.CreateVersion7();",
        ["M:System.Guid.CreateVersion7(System.DateTimeOffset)"] = "_ = Guid.CreateVersion7(default(DateTimeOffset));",
        ["M:System.Threading.Tasks.Task.Delay(System.Int32)"] = "await Task.Delay(1);",
        ["M:System.Threading.Tasks.Task.Delay(System.Int32,System.Threading.CancellationToken)"] =
            "await Task.Delay(1, CancellationToken.None);",
        ["M:System.Threading.Tasks.Task.Delay(System.TimeSpan)"] = "await Task.Delay(TimeSpan.Zero);",
        ["M:System.Threading.Tasks.Task.Delay(System.TimeSpan,System.Threading.CancellationToken)"] =
            "await Task.Delay(TimeSpan.Zero, CancellationToken.None);",
        ["M:System.Threading.Tasks.Task.Run(System.Action)"] = "await Task.Run(() => { });",
        ["M:System.Threading.Tasks.Task.Run(System.Func{System.Threading.Tasks.Task})"] =
            "await Task.Run(() => Task.CompletedTask);",
        ["M:System.Threading.Tasks.Task.Run``1(System.Func{``0})"] = "await Task.Run(() => 1);",
        ["M:System.Threading.Tasks.Task.Run``1(System.Func{System.Threading.Tasks.Task{``0}})"] =
            "await Task.Run(() => Task.FromResult(1));",
        ["M:System.Threading.Tasks.Task.Run(System.Action,System.Threading.CancellationToken)"] =
            "await Task.Run(() => { }, CancellationToken.None);",
        ["M:System.Threading.Tasks.Task.Run(System.Func{System.Threading.Tasks.Task},System.Threading.CancellationToken)"] =
            "await Task.Run(() => Task.CompletedTask, CancellationToken.None);",
        ["M:System.Threading.Tasks.Task.Run``1(System.Func{``0},System.Threading.CancellationToken)"] =
            "await Task.Run(() => 1, CancellationToken.None);",
        ["M:System.Threading.Tasks.Task.Run``1(System.Func{System.Threading.Tasks.Task{``0}},System.Threading.CancellationToken)"] =
            "await Task.Run(() => Task.FromResult(1), CancellationToken.None);",
        ["T:System.Threading.Tasks.TaskFactory"] = "_ = Task.Factory.StartNew(() => { });",
        ["T:System.Threading.Tasks.TaskFactory`1"] = "_ = Task<int>.Factory.StartNew(() => 1);",
        ["T:System.Threading.Tasks.Parallel"] = "Parallel.For(0, 1, _ => { });",
        ["T:System.Threading.ThreadPool"] = "ThreadPool.QueueUserWorkItem(_ => { });",
        ["T:System.Threading.PeriodicTimer"] = "_ = new PeriodicTimer(TimeSpan.MaxValue);",
        ["M:System.Threading.CancellationTokenSource.#ctor(System.Int32)"] = "_ = new CancellationTokenSource(1);",
        ["M:System.Threading.CancellationTokenSource.#ctor(System.TimeSpan)"] =
            "_ = new CancellationTokenSource(TimeSpan.Zero);",
        ["M:System.Threading.CancellationTokenSource.#ctor(System.TimeSpan,System.TimeProvider)"] =
            "_ = new CancellationTokenSource(TimeSpan.Zero, null!);",
        ["M:System.Threading.CancellationTokenSource.CancelAfter(System.Int32)"] =
            "new CancellationTokenSource().CancelAfter(1);",
        ["M:System.Threading.CancellationTokenSource.CancelAfter(System.TimeSpan)"] =
            "new CancellationTokenSource().CancelAfter(TimeSpan.Zero);",
        ["M:System.Threading.CancellationTokenSource.CancelAsync"] =
            "await new CancellationTokenSource().CancelAsync();",
        ["M:System.Threading.Tasks.Task.ConfigureAwait(System.Boolean)"] =
            "await Task.CompletedTask.ConfigureAwait(false);",
        ["M:System.Threading.Tasks.Task.ConfigureAwait(System.Threading.Tasks.ConfigureAwaitOptions)"] =
            "await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.None);",
        ["M:System.Threading.Tasks.Task`1.ConfigureAwait(System.Boolean)"] =
            "await Task.FromResult(1).ConfigureAwait(false);",
        ["M:System.Threading.Tasks.Task`1.ConfigureAwait(System.Threading.Tasks.ConfigureAwaitOptions)"] =
            "await Task.FromResult(1).ConfigureAwait(ConfigureAwaitOptions.None);",
        ["M:System.Threading.Tasks.ValueTask.ConfigureAwait(System.Boolean)"] =
            "await ValueTask.CompletedTask.ConfigureAwait(false);",
        ["M:System.Threading.Tasks.ValueTask`1.ConfigureAwait(System.Boolean)"] =
            "await ValueTask.FromResult(1).ConfigureAwait(false);",
        ["M:System.Threading.Tasks.Task.Delay(System.TimeSpan,System.TimeProvider)"] =
            "await Task.Delay(TimeSpan.Zero, (TimeProvider)null!);",
        ["M:System.Threading.Tasks.Task.Delay(System.TimeSpan,System.TimeProvider,System.Threading.CancellationToken)"] =
            "await Task.Delay(TimeSpan.Zero, (TimeProvider)null!, CancellationToken.None);",
        ["M:System.Threading.Tasks.Task.WaitAsync(System.TimeSpan)"] =
            "await Task.CompletedTask.WaitAsync(TimeSpan.Zero);",
        ["M:System.Threading.Tasks.Task.WaitAsync(System.TimeSpan,System.Threading.CancellationToken)"] =
            "await Task.CompletedTask.WaitAsync(TimeSpan.Zero, CancellationToken.None);",
        ["M:System.Threading.Tasks.Task`1.WaitAsync(System.TimeSpan)"] =
            "await Task.FromResult(1).WaitAsync(TimeSpan.Zero);",
        ["M:System.Threading.Tasks.Task`1.WaitAsync(System.TimeSpan,System.Threading.CancellationToken)"] =
            "await Task.FromResult(1).WaitAsync(TimeSpan.Zero, CancellationToken.None);",
        ["M:System.Threading.Tasks.Task.WhenAll(System.Threading.Tasks.Task[])"] =
            "await Task.WhenAll(new[] { Task.CompletedTask });",
        ["M:System.Threading.Tasks.Task.WhenAll(System.Collections.Generic.IEnumerable{System.Threading.Tasks.Task})"] =
            "await Task.WhenAll(new List<Task>());",
        ["M:System.Threading.Tasks.Task.WhenAll``1(System.Threading.Tasks.Task{``0}[])"] =
            "await Task.WhenAll(new[] { Task.FromResult(1) });",
        ["M:System.Threading.Tasks.Task.WhenAll``1(System.Collections.Generic.IEnumerable{System.Threading.Tasks.Task{``0}})"] =
            "await Task.WhenAll(new List<Task<int>>());",
        ["M:System.Threading.Tasks.Task.WhenAny(System.Threading.Tasks.Task[])"] =
            "await Task.WhenAny(new[] { Task.CompletedTask });",
        ["M:System.Threading.Tasks.Task.WhenAny(System.Threading.Tasks.Task,System.Threading.Tasks.Task)"] =
            "await Task.WhenAny(Task.CompletedTask, Task.CompletedTask);",
        ["M:System.Threading.Tasks.Task.WhenAny(System.Collections.Generic.IEnumerable{System.Threading.Tasks.Task})"] =
            "await Task.WhenAny(new List<Task>());",
        ["M:System.Threading.Tasks.Task.WhenAny``1(System.Threading.Tasks.Task{``0}[])"] =
            "await Task.WhenAny(new[] { Task.FromResult(1) });",
        ["M:System.Threading.Tasks.Task.WhenAny``1(System.Threading.Tasks.Task{``0},System.Threading.Tasks.Task{``0})"] =
            "await Task.WhenAny(Task.FromResult(1), Task.FromResult(1));",
        ["M:System.Threading.Tasks.Task.WhenAny``1(System.Collections.Generic.IEnumerable{System.Threading.Tasks.Task{``0}})"] =
            "await Task.WhenAny(new List<Task<int>>());",
    };
}
