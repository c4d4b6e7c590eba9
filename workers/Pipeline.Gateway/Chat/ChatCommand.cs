using System.CommandLine;
using System.Text;
using Pipeline.Data.Formats;
using Pipeline.Llm.Generation;
using Pipeline.Workflows;

namespace Pipeline.Gateway.Chat;

/// <summary>
/// <c>./pipeline chat MODEL [--adapter A]</c>, or with <c>--url</c>: each line of the input is a turn.
/// </summary>
internal static class ChatCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "model directory; with --url the model's name" };
        var adapter = new Option<string?>("--adapter") { Description = "adapter directory" };
        var url = new Option<string?>("--url")
        {
            Description = "base address of an OpenAI-compatible server, such as http://127.0.0.1:8088/v1",
        };
        var key = new Option<string?>("--api-key") { Description = "key for --url (default: OPENAI_API_KEY)" };
        var system = new Option<string?>("--system") { Description = "system prompt" };
        var tokens = new Option<int>("--max-tokens") { Description = "longest answer", DefaultValueFactory = _ => 256 };
        var temperature = new Option<double>("--temperature")
        {
            Description = "0 takes the most likely token",
            DefaultValueFactory = _ => 0,
        };
        var seed = new Option<ulong>("--seed") { Description = "seed of the random choices" };
        var command = new Command(
            "chat", "talk to a model or a gateway; each line is a turn, an empty line or end of input ends") { model,
                adapter, url, key, system, tokens, temperature, seed };
        command.SetAction(async (parsed, cancellation) =>
        {
            var sampling = new SamplingOptions
            {
                Temperature = parsed.GetValue(temperature),
                MaxTokens = parsed.GetValue(tokens),
                Seed = parsed.GetValue(seed),
            };
            var json = parsed.GetValue(JsonAnswer.Option);
            if (parsed.GetValue(url) is not null && parsed.GetValue(adapter) is not null)
            {
                return await JsonAnswer.FailAsync(
                    json, "--adapter is for a local model; with --url name the adapter as the model", ExitCodes.Usage);
            }

            await using IChatPartner partner = parsed.GetValue(url) is { } address
                ? new RemotePartner(address, parsed.GetRequiredValue(model),
                    parsed.GetValue(key) ?? Environment.GetEnvironmentVariable("OPENAI_API_KEY"), sampling)
                : await LocalPartner.LoadAsync(parsed.GetRequiredValue(model), parsed.GetValue(adapter), sampling);
            var messages = await TalkAsync(
                partner, parsed.GetValue(system), json ? Console.Error : Console.Out, cancellation);
            if (json)
            {
                JsonAnswer.Write(
                    new { messages = messages.Select(message => new { message.Role, message.Content }) });
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<List<ChatMessage>> TalkAsync(
        IChatPartner partner, string? system, TextWriter said, CancellationToken cancellation)
    {
        var messages = new List<ChatMessage>();
        if (system is not null)
        {
            messages.Add(new ChatMessage("system", system));
        }

        while (true)
        {
            if (!Console.IsInputRedirected)
            {
                said.Write("> ");
            }

            if (await Console.In.ReadLineAsync(cancellation) is not { Length: > 0 } line)
            {
                return messages;
            }

            messages.Add(new ChatMessage("user", line));
            var answer = new StringBuilder();
            await foreach (var piece in partner.AnswerAsync(messages, cancellation))
            {
                said.Write(piece);
                answer.Append(piece);
            }

            said.WriteLine();
            messages.Add(new ChatMessage("assistant", answer.ToString()));
        }
    }
}
