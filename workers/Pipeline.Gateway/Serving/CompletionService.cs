using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Pipeline.Gateway.Api;
using Pipeline.Gateway.Monitoring;
using Pipeline.Llm.Generation;

namespace Pipeline.Gateway.Serving;

/// <summary>Runs the answers of a request and writes them, whole or as a stream of events.</summary>
/// <param name="runner">Generates one answer.</param>
/// <param name="bodies">Writes JSON.</param>
/// <param name="recorder">Counts answers.</param>
/// <param name="ledger">Book of requests.</param>
/// <param name="sampler">Stores a share of the answers.</param>
/// <param name="failures">Says what a client is told about a failure.</param>
public sealed class CompletionService(
    ChoiceRunner runner, ResponseBodies bodies, ServingRecorder recorder, UsageLedger ledger, ResponseSampler sampler,
    FailureAnswers failures)
{
    /// <summary>Generates every answer and returns the response's JSON.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Ends the answers.</param>
    /// <returns>The object.</returns>
    /// <exception cref="ApiException">An answer failed.</exception>
    public async Task<JsonObject> RunWholeAsync(RequestContext request, CancellationToken cancellation)
    {
        var outcomes = request.Plans.Select(_ => new ChoiceOutcome()).ToArray();
        await using var book = Book(request, outcomes);
        var choices = await Task.WhenAll(
            request.Plans.Select((plan, i) => CollectAsync(request, plan, outcomes[i], cancellation)));
        return ResponseBodies.Envelope(
            request.Head, choices, ResponseBodies.Usage(request.PromptTokens, outcomes), chunk: false);
    }

    /// <summary>
    /// Sends the answers as server-sent events; the headers leave with the first event, so early failures keep their
    /// status.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="response">Where events go.</param>
    /// <param name="cancellation">Ends the answers; set when the client leaves.</param>
    /// <returns>A task that ends with the last event.</returns>
    public async Task RunStreamAsync(RequestContext request, HttpResponse response, CancellationToken cancellation)
    {
        var outcomes = request.Plans.Select(_ => new ChoiceOutcome()).ToArray();
        await using var book = Book(request, outcomes);
        var events = Channel.CreateBounded<JsonObject>(new BoundedChannelOptions(64) { SingleReader = true });
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var producers = Task.WhenAll(
            request.Plans.Select((plan, i) => ProduceAsync(request, plan, outcomes[i], events.Writer, linked.Token)));
        _ = producers.ContinueWith(
            done => events.Writer.TryComplete(done.Exception?.GetBaseException()), TaskScheduler.Default);
        try
        {
            await foreach (var choice in events.Reader.ReadAllAsync(cancellation))
            {
                await WriteAsync(
                    response, ResponseBodies.Envelope(request.Head, [choice], usage: null, chunk: true), cancellation);
            }

            if (request.Call.IncludeUsage)
            {
                var usage = ResponseBodies.Usage(request.PromptTokens, outcomes);
                await WriteAsync(response, ResponseBodies.Envelope(request.Head, [], usage, chunk: true), cancellation);
            }

            await response.Body.WriteAsync("data: [DONE]\n\n"u8.ToArray(), cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException && response.HasStarted)
        {
            await response.Body.WriteAsync(
                (byte[])[.. "data: "u8, .. ErrorMiddleware.Body(failures.ToApi(exception)), .. "\n\n"u8], cancellation);
        }
        finally
        {
            await linked.CancelAsync();
            await producers.ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>Runs a copy of a request on the arm in shadow; its answers are counted and thrown away.</summary>
    /// <param name="plans">Plans of the shadow flow.</param>
    /// <param name="cancellation">Ends them.</param>
    /// <returns>A task that ends with them; it never fails.</returns>
    public async Task RunShadowAsync(IReadOnlyList<CompletionPlan> plans, CancellationToken cancellation)
    {
        foreach (var plan in plans)
        {
            var outcome = new ChoiceOutcome();
            try
            {
                await foreach (var piece in RunAsync(plan, outcome, cancellation))
                {
                    _ = piece;
                }
            }
            catch (Exception exception) when (exception is ApiException or OperationCanceledException)
            {
                // Counted as the arm's error; nobody waits for the answer.
            }
        }
    }

    private static async Task WriteAsync(HttpResponse response, JsonObject body, CancellationToken cancellation)
    {
        if (!response.HasStarted)
        {
            response.ContentType = "text/event-stream; charset=utf-8";
            response.Headers.CacheControl = "no-cache";
            response.Headers["X-Accel-Buffering"] = "no";
        }

        await response.Body.WriteAsync(
            Encoding.UTF8.GetBytes($"data: {body.ToJsonString(ApiJson.Options)}\n\n"), cancellation);
        await response.Body.FlushAsync(cancellation);
    }

    private async Task<JsonObject> CollectAsync(
        RequestContext request, CompletionPlan plan, ChoiceOutcome outcome, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var tokens = new List<GeneratedToken>();
        var finish = "stop";
        await foreach (var piece in RunAsync(plan, outcome, cancellation))
        {
            text.Append(piece.Text);
            tokens.AddRange(piece.Tokens);
            finish = piece.Finish ?? finish;
        }

        sampler.Offer($"{request.Head.Id}/{plan.Index}", request.Call, request.Flow, text.ToString());
        return bodies.Choice(plan, text.ToString(), tokens, finish);
    }

    private async Task ProduceAsync(
        RequestContext request, CompletionPlan plan, ChoiceOutcome outcome, ChannelWriter<JsonObject> events,
        CancellationToken cancellation)
    {
        var (first, whole) = (true, new StringBuilder());
        var tokens = new List<GeneratedToken>();
        await foreach (var piece in RunAsync(plan, outcome, cancellation))
        {
            // Tool calls can be told from text only at the end.
            var hold = plan.Call.Tools is not null;
            tokens.AddRange(hold ? piece.Tokens : []);
            if (!hold || piece.Finish is not null)
            {
                var shown = hold ? new ChoicePiece(whole + piece.Text, tokens, piece.Finish) : piece;
                await events.WriteAsync(bodies.Delta(plan, shown, first, hold ? 0 : whole.Length), cancellation);
                first = false;
            }

            whole.Append(piece.Text);
        }

        sampler.Offer($"{request.Head.Id}/{plan.Index}", request.Call, request.Flow, whole.ToString());
    }

    private async IAsyncEnumerable<ChoicePiece> RunAsync(
        CompletionPlan plan, ChoiceOutcome outcome, [System.Runtime.CompilerServices.EnumeratorCancellation]
        CancellationToken cancellation)
    {
        await using var pieces = runner.RunAsync(plan, outcome, cancellation).GetAsyncEnumerator(cancellation);
        try
        {
            while (true)
            {
                try
                {
                    if (!await pieces.MoveNextAsync())
                    {
                        break;
                    }
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    outcome.Finish = "error";
                    throw failures.ToApi(exception);
                }

                yield return pieces.Current;
            }
        }
        finally
        {
            recorder.Record(plan.Flow, outcome, plan.Prompt.Length);
        }
    }

    private LedgerEntry Book(RequestContext request, ChoiceOutcome[] outcomes)
    {
        ledger.Begin(
            request.Head.Id, request.Caller.Client.Id, request.Flow.AdapterId, request.Flow.Adapter?.Digest ?? "");
        return new LedgerEntry(() =>
        {
            var state = outcomes.Any(outcome => outcome.Finish == "error") ? "error"
                : outcomes.Any(outcome => outcome.Finish == "cancelled") ? "cancelled" : "complete";
            ledger.End(request.Head.Id, state, request.PromptTokens, outcomes.Sum(outcome => outcome.Tokens));
        });
    }

    private sealed class LedgerEntry(Action end) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            end();
            return ValueTask.CompletedTask;
        }
    }
}
