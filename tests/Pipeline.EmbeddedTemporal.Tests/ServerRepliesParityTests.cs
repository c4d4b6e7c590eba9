using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Pipeline.EmbeddedTemporal.Grpc;
using Pipeline.EmbeddedTemporal.Matching;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>Bad requests get the code, the words and the details that a real server was recorded to give.</summary>
public sealed partial class ServerRepliesParityTests
{
    // A worker's words, another server's tokens, and what the framing refuses before a handler sees it: checked
    // elsewhere.
    private static readonly HashSet<string> Elsewhere = ["query-unknown-handler", "start-input-over-4-mib"];

    // The text names a parser that is not ours; only the code is compared.
    private static readonly HashSet<string> OwnWords = ["http-malformed-json", "list-bad-token"];

    [Fact]
    public async Task B51_ErrorsOverGrpc_AreTheRecordedOnes()
    {
        using var server = await PreparedAsync();
        var compared = 0;
        foreach (var recorded in Cases("errors.json")
            .Where(c => c["grpc"] is not null && !Elsewhere.Contains(c["name"]!.GetValue<string>())))
        {
            var name = recorded["name"]!.GetValue<string>();
            var call = recorded["grpc"]!;
            var method = call["method"]!.GetValue<string>();
            var type = ServiceReflection.Descriptor.Services[0].FindMethodByName(method).InputType;
            var request = RecordedRequest.Parse(call["request"]!, type);
            if (name is "workflow-task-stale-token" or "activity-already-completed"
                or "activity-heartbeat-already-completed") Retoken(request, name[0]);
            var error = await Should.ThrowAsync<RpcError>(
                () => server.CallAsync(method, request.ToByteArray(), Deadline(name)), name);
            var expected = call["reply"]!;
            if (name == "list-bad-token") continue;
            ((int)error.Code).ShouldBe(expected["code"]!.GetValue<int>(), name);
            Masked(error.Message).ShouldBe(Masked(expected["message"]!.GetValue<string>()), name);
            error.PackedDetails().Select(d => d.TypeUrl)
                .ShouldBe(expected["details"]!.AsArray().Select(d => d!["typeUrl"]!.GetValue<string>()), name);
            compared++;
        }

        Fixtures.Compared("histories/server-replies/errors.json (gRPC)", compared);
    }

    [Fact]
    public async Task B51_ErrorsOverHttp_AreTheRecordedOnes()
    {
        using var server = await PreparedAsync();
        var compared = 0;
        foreach (var recorded in Cases("errors.json")
            .Where(c => c["http"] is not null && !Elsewhere.Contains(c["name"]!.GetValue<string>())))
        {
            var name = recorded["name"]!.GetValue<string>();
            var call = recorded["http"]!;
            var body = call["body"] is JsonValue text ? text.GetValue<string>() : call["body"]?.ToJsonString();
            var (status, reply) =
                await server.HttpAsync(call["method"]!.GetValue<string>(), call["path"]!.GetValue<string>(), body);
            var expected = call["reply"]!;
            if (name != "list-bad-token") status.ShouldBe(expected["status"]!.GetValue<int>(), name);
            if (OwnWords.Contains(name)) continue;
            Masked(reply.ToJsonString()).ShouldBe(Masked(expected["body"]!.ToJsonString()), name);
            compared++;
        }

        Fixtures.Compared("histories/server-replies/errors.json (HTTP)", compared);
    }

    [Fact]
    public async Task CommandErrors_FirstTask_AreTheRecordedOnes()
    {
        using var server = await InProcessServer.StartAsync();
        var compared = 0;
        foreach (var recorded in Cases("command-errors.json"))
        {
            var name = recorded["name"]!.GetValue<string>();
            await server.StartAsync(name, queue: name);
            var task = await server.PollAsync(name);
            var commands = recorded["commands"]!.AsArray()
                .Select(c => (Command)RecordedRequest.Parse(c!, Command.Descriptor)).ToList();
            var message = "";
            try
            {
                await server.CompleteAsync(task.TaskToken, commands);
            }
            catch (RpcError error)
            {
                message = error.Message;
                ((int)error.Code).ShouldBe(recorded["reply"]!["code"]!.GetValue<int>(), name);
            }

            message.ShouldBe(recorded["reply"]!["message"]?.GetValue<string>() ?? "", name);
            var history = await server.CallAsync<GetWorkflowExecutionHistoryResponse>("GetWorkflowExecutionHistory",
                new GetWorkflowExecutionHistoryRequest
                {
                    Namespace = "default",
                    Execution = new() { WorkflowId = name },
                });
            // A failed task is scheduled again at once; the recording ends before that.
            var events = history.History.Events.Skip(3).Select(e => Screaming(e.EventType)).ToList();
            var expected = recorded["eventsAfterTaskStarted"]!.AsArray()
                .Select(e => e!["eventType"]!.GetValue<string>()).ToList();
            events.Take(expected.Count).ShouldBe(expected, name);
            compared++;
        }

        Fixtures.Compared("histories/server-replies/command-errors.json", compared);
    }

    private static IEnumerable<JsonNode> Cases(string file) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Fixtures.Require("histories"), "server-replies", file)))!.AsArray()
            .Select(c => c!);

    // The workflows that the recording had: an open one, a closed one, one that takes updates, one that has completed a
    // task.
    private static async Task<InProcessServer> PreparedAsync()
    {
        var server = await InProcessServer.StartAsync(
            ("FxInt", IndexedValueType.Int), ("FxText", IndexedValueType.Text),
            ("FxKeyword", IndexedValueType.Keyword));
        await server.StartAsync("fx-1-e-open");
        await server.StartAsync("fx-1-e-updates");
        await server.StartAsync("fx-1-e-closed", queue: "closing");
        var task = await server.PollAsync("closing");
        await server.CompleteAsync(
            task.TaskToken, new Command
            {
                CommandType = CommandType.CompleteWorkflowExecution,
                CompleteWorkflowExecutionCommandAttributes = new(),
            });
        return server;
    }

    // Tokens are each server's own business: this one names a task that is long gone.
    private static void Retoken(IMessage request, char kind) => request.Descriptor.FindFieldByName(
        "task_token").Accessor.SetValue(
        request, new TaskToken(kind, "11111111-1111-4111-8111-111111111111", 5, 6, 1, 7).Encode());

    private static TimeSpan? Deadline(string name) =>
        name == "poll-deadline-too-short" ? TimeSpan.FromMilliseconds(500) : null;

    private static string Masked(string text) => Identifier().Replace(text, "ID");

    private static string Screaming(EventType type) =>
        "EVENT_TYPE_" + Word().Replace(type.ToString(), "_$0").ToUpperInvariant();

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.None, 1000)]
    private static partial Regex Identifier();

    [GeneratedRegex("(?<=.)[A-Z]", RegexOptions.None, 1000)]
    private static partial Regex Word();
}
