using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Data.ChatTemplates;

namespace Pipeline.Data.Text.Tests.ChatTemplates;

/// <summary>Reads the golden conversations and renders them as the fixture's generator did.</summary>
internal sealed class ChatTemplateFixtures
{
    public static readonly DateTimeOffset Clock = new(2024, 7, 26, 13, 5, 9, TimeSpan.Zero);

    private readonly string _root = Fixtures.Require("chat-templates");
    private readonly Dictionary<string, ChatTemplate> _templates = [];
    private readonly Dictionary<string, JsonElement> _conversations;
    private readonly JsonElement _specials;
    private readonly JsonElement _tools;

    public ChatTemplateFixtures()
    {
        var list = JsonNode.Parse(File.ReadAllBytes(Path.Combine(_root, "conversations.json")))!.AsArray();
        _conversations =
            list.ToDictionary(c => c!["id"]!.GetValue<string>(), c => JsonSerializer.SerializeToElement(Expand(c!)));
        _specials = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_root, "specials.json"))).RootElement;
        _tools = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_root, "tools.json"))).RootElement;
    }

    public string Root => _root;

    public IEnumerable<JsonElement> Lines(string file) =>
        File.ReadLines(Path.Combine(_root, file)).Select(line => JsonDocument.Parse(line).RootElement);

    public ChatTemplate Template(string name) => _templates.TryGetValue(name, out var known)
        ? known
        : _templates[name] =
            ChatTemplate.Parse(File.ReadAllText(Path.Combine(_root, "templates", name + ".jinja")), name);

    public Dictionary<string, string> Specials(string template) =>
        _specials.GetProperty(template).EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);

    public RenderedChat Render(JsonElement row)
    {
        var name = row.GetProperty("template").GetString()!;
        var conversation = _conversations[row.GetProperty("conversation").GetString()!];
        JsonElement? documents = conversation.TryGetProperty("documents", out var found) ? found : null;
        JsonElement? tools = conversation.TryGetProperty("tools", out var set)
            ? _tools.GetProperty(set.GetString()!) : null;
        return Template(name).Render(ChatRequest.OfJson(conversation.GetProperty("messages")) with
        {
            Tools = tools,
            Documents = documents,
            SpecialTokens = Specials(name),
            Variables = row.TryGetProperty("kwargs", out var kwargs)
                ? kwargs.EnumerateObject().ToDictionary(p => p.Name, p => p.Value) : [],
            AddGenerationPrompt = Flag(row, "add_generation_prompt"),
            ContinueFinalMessage = Flag(row, "continue_final_message"),
            Now = Clock,
        });
    }

    private static bool Flag(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.GetBoolean();

    /// <summary><c>{"repeat": [text, n]}</c> stands for a repeated text.</summary>
    private static JsonNode? Expand(JsonNode? node) => node switch
    {
        JsonObject { Count: 1 } one when one["repeat"] is JsonArray repeat =>
            string.Concat(Enumerable.Repeat(repeat[0]!.GetValue<string>(), repeat[1]!.GetValue<int>())),
        JsonObject many => new JsonObject(many.Select(p => KeyValuePair.Create(p.Key, Expand(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Expand)]),
        _ => node?.DeepClone(),
    };
}
