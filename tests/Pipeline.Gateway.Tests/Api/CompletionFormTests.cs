using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Gateway.Tests.Support;

namespace Pipeline.Gateway.Tests.Api;

public sealed class CompletionFormTests : IAsyncLifetime
{
    private TestGateway? _gateway;

    private TestGateway Gateway => _gateway ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        _gateway = await TestGateway.StartAsync();
        Says("The answer is forty-two. STOP here");
    }

    public async ValueTask DisposeAsync() => await Gateway.DisposeAsync();

    [Fact]
    public async Task Chat_Whole_HasTheOpenAiForm()
    {
        var (status, body, response) = await Gateway.PostAsync("/v1/chat/completions", new
        {
            model = "bookworm",
            messages = new[] { new { role = "user", content = "hi" } },
            max_tokens = 100,
            n = 2,
            logprobs = true,
            top_logprobs = 2,
        });
        status.ShouldBe(200);
        body.GetProperty("object").GetString().ShouldBe("chat.completion");
        body.GetProperty("choices").GetArrayLength().ShouldBe(2);
        var choice = body.GetProperty("choices")[1];
        choice.GetProperty("index").GetInt32().ShouldBe(1);
        choice.GetProperty("message").GetProperty("content").GetString().ShouldBe("The answer is forty-two. STOP here");
        choice.GetProperty("finish_reason").GetString().ShouldBe("stop");
        choice.GetProperty("logprobs").GetProperty("content")[0].GetProperty("top_logprobs").GetArrayLength()
            .ShouldBe(2);
        var usage = body.GetProperty("usage");
        usage.GetProperty("completion_tokens").GetInt32()
            .ShouldBe(2 * choice.GetProperty("logprobs").GetProperty("content").GetArrayLength());
        usage.GetProperty("prompt_tokens").GetInt32().ShouldBe(Gateway.Fake.Requests.First().Prompt.Count);
        response.Headers.GetValues("X-Adapter-Name").ShouldBe(["base"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stop_String_EndsTheTextBeforeIt(bool stream)
    {
        var request =
            new { model = "bookworm", prompt = "x", max_tokens = 100, stop = new[] { "STOP", "never" }, stream };
        if (!stream)
        {
            var (_, body, _) = await Gateway.PostAsync("/v1/completions", request);
            body.GetProperty("choices")[0].GetProperty("text").GetString().ShouldBe("The answer is forty-two. ");
            return;
        }

        var events = await EventsAsync("/v1/completions", request);
        string.Concat(events.Select(e => e.GetProperty("choices")[0].GetProperty("text").GetString()))
            .ShouldBe("The answer is forty-two. ");
        events[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("stop");
    }

    [Fact]
    public async Task Chat_Stream_JoinsToTheWholeAnswerAndEndsWithUsage()
    {
        var events = await EventsAsync("/v1/chat/completions", new
        {
            model = "bookworm",
            messages = new[] { new { role = "user", content = "hi" } },
            max_tokens = 5,
            n = 2,
            stream = true,
            stream_options = new { include_usage = true },
        });
        foreach (var index in (int[])[0, 1])
        {
            var own = events.Where(e => e.GetProperty("choices").GetArrayLength() > 0
                && e.GetProperty("choices")[0].GetProperty("index").GetInt32() == index).ToList();
            own[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString().ShouldBe("assistant");
            own[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("length");
        }

        events[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(10);
        events.Select(e => e.GetProperty("id").GetString()).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Tools_CallInTheAnswer_BecomesAToolCall()
    {
        Says("<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}\n</tool_call>");
        var tools =
            new[] { new { type = "function",
                function = new { name = "weather", parameters = new { type = "object" } } } };
        var request = new
        {
            model = "bookworm",
            messages = new[] { new { role = "user", content = "weather?" } },
            tools,
            max_tokens = 200
        };
        var choice = (await Gateway.PostAsync("/v1/chat/completions", request)).Body.GetProperty("choices")[0];
        choice.GetProperty("finish_reason").GetString().ShouldBe("tool_calls");
        var call = choice.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function");
        call.GetProperty("name").GetString().ShouldBe("weather");
        JsonSerializer.Deserialize<JsonElement>(call.GetProperty("arguments").GetString()!).GetProperty("city")
            .GetString().ShouldBe("Oslo");
        var events = await EventsAsync(
            "/v1/chat/completions", new { request.model, request.messages, tools, max_tokens = 200, stream = true });
        events[^1].GetProperty("choices")[0].GetProperty("delta").GetProperty("tool_calls")[0].GetProperty("function")
            .GetProperty("name").GetString().ShouldBe("weather");
    }

    [Fact]
    public async Task Seed_AndOtherOptions_ReachTheEngine()
    {
        await Gateway.PostAsync(
            "/v1/completions",
            new
            {
                model = "bookworm",
                prompt = "x",
                seed = 7,
                n = 2,
                temperature = 0.5,
                top_k = 3,
                min_p = 0.1,
                repetition_penalty = 1.2,
                stop_token_ids = new[] { 9 }
            });
        var sampling = Gateway.Fake.Requests.Select(request => request.Sampling).ToList();
        sampling.Select(options => options.Seed).Distinct().Count().ShouldBe(2);
        sampling.ShouldAllBe(options => options.Temperature == 0.5 && options.TopK == 3 && options.MinP == 0.1
            && options.RepetitionPenalty == 1.2 && options.StopTokens.Contains(9));
        var seeds = sampling.Select(options => options.Seed).Order().ToList();
        Gateway.Fake.Requests.Clear();
        await Gateway.PostAsync("/v1/completions", new { model = "bookworm", prompt = "x", seed = 7, n = 2 });
        Gateway.Fake.Requests.Select(request => request.Sampling.Seed).Order().ShouldBe(seeds);
    }

    [Fact]
    public async Task S0_47_SeveralPromptsOfOneClient_KeepAllAnswersInTheirOrder()
    {
        await using var gateway = await TestGateway.StartAsync();
        int[][] prompts = [[10, 11], [20, 21, 22], [30], [10, 11]];
        gateway.Fake.Script = request => [request.Prompt[0] + 1000, request.Prompt.Count + 2000];
        gateway.Fake.Pace = request => Task.Delay(request.Prompt[0] == 10 ? 30 : 0);
        var (status, body, _) = await gateway.PostAsync(
            "/v1/completions", new { model = "bookworm", prompt = prompts, n = 2, max_tokens = 2 });
        status.ShouldBe(200);
        var choices = body.GetProperty("choices").EnumerateArray().ToList();
        choices.Select(choice => choice.GetProperty("index").GetInt32()).ShouldBe(Enumerable.Range(0, 8));
        choices.Select(choice => choice.GetProperty("text").GetString()).ShouldBe(prompts.SelectMany(prompt =>
            Enumerable.Repeat(
                TestGateway.Codec.TokenText(prompt[0] + 1000) + TestGateway.Codec.TokenText(prompt.Length + 2000), 2)));
        body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32()
            .ShouldBe(prompts.Sum(prompt => prompt.Length));
    }

    [Fact]
    public async Task F34_RepeatedRequest_HasOneEffectAndOneAnswer()
    {
        using var client = Gateway.NewClient();
        client.DefaultRequestHeaders.Add("Idempotency-Key", "k1");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 5)
                .Select(_ => Gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi"), client)));
        answers.Select(answer => answer.Body.GetProperty("id").GetString()).Distinct().Count().ShouldBe(1);
        Gateway.Fake.Requests.Count.ShouldBe(1);
        (await Gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("other"), client)).Status.ShouldBe(422);
    }

    [Fact]
    public async Task Engine_FailureInTheMiddle_IsAnErrorAndTheServerGoesOn()
    {
        Gateway.Fake.Script = _ => throw new InvalidOperationException("secret detail");
        var (status, body, _) = await Gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi"));
        status.ShouldBe(500);
        body.GetProperty("error").GetProperty("type").GetString().ShouldBe("server_error");
        body.ToString().ShouldNotContain("secret detail");
        Says("fine");
        (await Gateway.PostAsync("/v1/chat/completions", TestGateway.Chat("hi"))).Status.ShouldBe(200);
        Gateway.Fake.Running.ShouldBe(0);
    }

    private void Says(string text)
    {
        var ids = TestGateway.Codec.Encode(text);
        Gateway.Fake.Script = _ => ids;
    }

    private async Task<List<JsonElement>> EventsAsync(string path, object request)
    {
        var response = await Gateway.Client.PostAsJsonAsync(path, request);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var lines = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        lines.ShouldAllBe(line => line.StartsWith("data: "));
        lines[^1].ShouldBe("data: [DONE]");
        return [.. lines[..^1].Select(line => JsonSerializer.Deserialize<JsonElement>(line[6..]))];
    }
}
