using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.EmbeddedTemporal.Core;
using Pipeline.EmbeddedTemporal.Frontend;
using Pipeline.EmbeddedTemporal.Grpc;
using Pipeline.EmbeddedTemporal.History;
using Pipeline.EmbeddedTemporal.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>What was acknowledged is there after a restart, or the file is refused by name.</summary>
public sealed class DurabilityTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private string DataFile => _directory.Combine("engine.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task F28_LogTornAnywhere_KeepsWhatWasBeforeTheTear()
    {
        var log = await WriteAsync(count: 20);
        var seen = new List<int>();
        foreach (var part in (double[])[1.0, 0.97, 0.8, 0.5, 0.2, 0.01])
        {
            var copy = _directory.Combine($"torn-{part}.db");
            File.Copy(DataFile + ".copy", copy);
            await File.WriteAllBytesAsync(copy + "-wal", log[..(int)(log.Length * part)]);
            using var engine = Open(copy);
            var ids = Enumerable.Range(0, 20)
                .TakeWhile(i => engine.Read(() => engine.Runs.FindCurrent("default", $"w{i}")) is not null).Count();
            // What is there is a prefix: nothing later than the tear, nothing missing before it.
            for (var i = ids; i < 20; i++)
                engine.Read(() => engine.Runs.FindCurrent("default", $"w{i}")).ShouldBeNull();
            for (var i = 0; i < ids; i++)
                engine.Read(() => engine.Runs.FindCurrent("default", $"w{i}")!.Events(1, 2)).Count.ShouldBe(2);
            seen.Add(ids);
        }

        seen[0].ShouldBe(20);
        seen.ShouldBe(seen.OrderByDescending(n => n));
        seen[^1].ShouldBeLessThan(20);
    }

    [Fact]
    public async Task F29_DamagedPage_IsRefusedByName()
    {
        await WriteAsync(count: 20);
        SqliteConnection.ClearAllPools();
        var bytes = await File.ReadAllBytesAsync(DataFile);
        for (var i = 4096 * 2; i < bytes.Length; i += 64) bytes[i] ^= 0x5A;
        await File.WriteAllBytesAsync(DataFile, bytes);
        File.Delete(DataFile + "-wal");
        var error = Should.Throw<DatabaseException>(() => Open(DataFile));
        error.Message.ShouldContain(DataFile);
        error.Message.ShouldContain("damaged");
        // Refusing changes nothing.
        (await File.ReadAllBytesAsync(DataFile)).ShouldBe(bytes);
    }

    [Theory]
    [InlineData("UPDATE events SET data = CAST(substr(data, 1, 20) || x'00' || substr(data, 22) AS BLOB) WHERE key & "
        + "16777215 = 2 AND key >> 24 = 7", "event 2 of run number 7")]
    [InlineData("UPDATE runs SET state = replace(state, 'w4', 'w5') WHERE seq = 5", "run number 5")]
    public async Task F29_FlippedByteInARow_IsRefusedByName(string damage, string named)
    {
        await WriteAsync(count: 20);
        using (var connection = new SqliteConnection($"Data Source={DataFile};Pooling=False"))
        {
            connection.Open();
            Database.Execute(connection, damage);
        }

        var error = Should.Throw<DatabaseException>(() => Open(DataFile));
        error.Message.ShouldContain(DataFile);
        error.Message.ShouldContain(named);
    }

    [Fact]
    public async Task Read_RowDamagedWhileOpen_IsNamedNotServed()
    {
        using var engine = Open(DataFile);
        await PrepareAsync(engine);
        var run = await StartAsync(engine, "w", 100);
        engine.Database.Write(
            (c, _) => Database.Execute(c, "UPDATE events SET sum = sum + 1 WHERE key & 16777215 = 1"));
        Should.Throw<RpcError>(() => engine.Store.Events(run.Seq, 1, 2)).Code.ShouldBe(StatusCode.DataLoss);
    }

    [Fact]
    public async Task F49_DiskFull_IsExhaustedAndReadsGoOn()
    {
        using var engine = Open(DataFile);
        await PrepareAsync(engine);
        await StartAsync(engine, "before", 10);
        Database.Execute(engine.Database.Writer, "PRAGMA max_page_count = 1");
        var error = await Should.ThrowAsync<RpcError>(async () =>
        {
            for (var i = 0; i < 200; i++) await StartAsync(engine, $"full-{i}", 50_000);
        });
        error.Code.ShouldBe(StatusCode.ResourceExhausted);
        error.Message.ShouldContain(DataFile);
        engine.Read(() => engine.Runs.FindCurrent("default", "before")).ShouldNotBeNull();
        Database.Execute(engine.Database.Writer, "PRAGMA max_page_count = 1000000");
        await EventuallyAsync(() => StartAsync(engine, "after", 10));
        engine.Read(() => engine.Runs.FindCurrent("default", "after")).ShouldNotBeNull();
    }

    [Fact]
    public async Task B51_TenThousandSignals_TheNextIsRefused()
    {
        using var server = await InProcessServer.StartAsync();
        await server.StartAsync("many");
        var run = server.Engine.Read(() => server.Engine.Runs.FindCurrent("default", "many")!);
        await server.Engine.ExecuteAsync(tx =>
        {
            for (var i = 0; i < Limits.SignalsPerRun; i++) run.Signal(tx, "s", null, "test", null, "");
            return 0;
        });
        var error = await Should.ThrowAsync<RpcError>(
            () => server.CallAsync<SignalWorkflowExecutionResponse>("SignalWorkflowExecution",
            new SignalWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new() { WorkflowId = "many" },
                SignalName = "s"
            }));
        error.Message.ShouldBe("exceeded workflow execution limit for signal events");
    }

    private static Engine Open(string file) =>
        new(new EngineOptions { DatabaseFile = file }, NullLogger<Engine>.Instance);

    private static Task<int> PrepareAsync(Engine engine) => engine.ExecuteAsync(tx =>
    {
        engine.Namespaces.Prepare(
            tx, ["default"], new Dictionary<string, Temporalio.Api.Enums.V1.IndexedValueType>(StringComparer.Ordinal));
        return 0;
    });

    private static Task<Run> StartAsync(Engine engine, string id, int bytes) => engine.ExecuteAsync(
        tx => StartPolicy.Start(tx, new StartWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowId = id,
            WorkflowType = new WorkflowType { Name = "t" },
            TaskQueue = new TaskQueue { Name = "q" },
            Input = new Payloads { Payloads_ = { new Payload { Data = ByteString.CopyFrom(new byte[bytes]) } } },
        }, signal: null).Run);

    // Starts workflows and returns the write-ahead log as a crash would leave it; the database as it was beside it is
    // kept as a copy.
    private async Task<byte[]> WriteAsync(int count)
    {
        using var engine = Open(DataFile);
        await PrepareAsync(engine);
        Database.Execute(engine.Database.Writer, "PRAGMA wal_checkpoint(TRUNCATE)");
        File.Copy(DataFile, DataFile + ".copy");
        for (var i = 0; i < count; i++) await StartAsync(engine, $"w{i}", 100);
        return await File.ReadAllBytesAsync(DataFile + "-wal");
    }

    private static async Task EventuallyAsync(Func<Task> action)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await action();
                return;
            }
            catch (RpcError) when (attempt < 50)
            {
                // The engine goes back to its last committed state first.
                await Task.Delay(100);
            }
        }
    }
}
