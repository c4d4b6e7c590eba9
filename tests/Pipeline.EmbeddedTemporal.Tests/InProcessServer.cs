using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.EmbeddedTemporal.Core;
using Pipeline.EmbeddedTemporal.Frontend;
using Pipeline.EmbeddedTemporal.Grpc;
using Pipeline.EmbeddedTemporal.HttpApi;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>The server's handlers without a network: calls arrive as messages or as HTTP requests.</summary>
internal sealed class InProcessServer : IDisposable
{
    private const string Prefix = "/temporal.api.workflowservice.v1.WorkflowService/";
    private readonly Engine _engine;
    private readonly MethodTable _methods;
    private readonly HttpApiEndpoint _http;

    private InProcessServer(Engine engine)
    {
        _engine = engine;
        _methods = Services.Bind(engine);
        _http = new HttpApiEndpoint(_methods, engine.Options, NullLogger<HttpApiEndpoint>.Instance);
    }

    public Engine Engine => _engine;

    public static async Task<InProcessServer> StartAsync(params (string Name, IndexedValueType Type)[] attributes)
    {
        var options = new EngineOptions
        {
            UiAddress = "127.0.0.1",
            SearchAttributes =
                attributes.ToDictionary(a => a.Name, a => a.Type, StringComparer.Ordinal),
        };
        var engine = new Engine(options, NullLogger<Engine>.Instance);
        await engine.ExecuteAsync(tx =>
        {
            engine.Namespaces.Prepare(tx, options.Namespaces, options.SearchAttributes);
            return 0;
        });
        return new InProcessServer(engine);
    }

    /// <summary>Calls an RPC with a message; an error arrives as <see cref="RpcError"/>.</summary>
    public async Task<TResponse> CallAsync<TResponse>(string method, IMessage request, TimeSpan? deadline = null)
        where TResponse : IMessage =>
        (TResponse)await CallAsync(method, request.ToByteArray(), deadline);

    public async Task<IMessage> CallAsync(
        string method, byte[] request, TimeSpan? deadline = null, CancellationToken aborted = default)
    {
        _methods.TryGet(Prefix + method, out var parser, out var handler).ShouldBeTrue(method);
        return await handler(parser.ParseFrom(request),
            new CallContext(DateTime.UtcNow + (deadline ?? TimeSpan.FromSeconds(10)), null, aborted));
    }

    public async Task<(int Status, JsonNode Body)> HttpAsync(string verb, string target, string? body)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = verb;
        context.Request.Host = new HostString("localhost:8233");
        var parts = target.Split('?', 2);
        context.Request.Path = parts[0];
        context.Request.QueryString = parts.Length == 2 ? new QueryString("?" + parts[1]) : QueryString.Empty;
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body ?? ""));
        using var reply = new MemoryStream();
        context.Response.Body = reply;
        await _http.HandleAsync(context);
        return (context.Response.StatusCode, JsonNode.Parse(reply.ToArray())!);
    }

    public async Task<string> StartAsync(string workflowId, string queue = "fx-1-queue", string type = "simple") =>
        (await CallAsync<StartWorkflowExecutionResponse>("StartWorkflowExecution", new StartWorkflowExecutionRequest
        {
            Namespace = "default",
            WorkflowId = workflowId,
            WorkflowType = new WorkflowType { Name = type },
            TaskQueue = new TaskQueue { Name = queue },
            RequestId = Guid.NewGuid().ToString(),
        })).RunId;

    public Task<PollWorkflowTaskQueueResponse> PollAsync(string queue) =>
        CallAsync<PollWorkflowTaskQueueResponse>("PollWorkflowTaskQueue",
        new PollWorkflowTaskQueueRequest
        {
            Namespace = "default",
            TaskQueue = new TaskQueue { Name = queue },
            Identity = "test",
        });

    public Task<RespondWorkflowTaskCompletedResponse> CompleteAsync(
        ByteString token, params IEnumerable<Command> commands) =>
        CallAsync<RespondWorkflowTaskCompletedResponse>("RespondWorkflowTaskCompleted",
            new RespondWorkflowTaskCompletedRequest
            {
                Namespace = "default",
                TaskToken = token,
                Commands = { commands },
                Identity = "test",
            });

    public void Dispose() => _engine.Dispose();
}
