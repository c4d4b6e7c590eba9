using System.Text.Json;
using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;
using Pipeline.Data.Labels;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Text.Tests.Labels;

public sealed class TemplateLabelTests
{
    /// <summary>
    /// Every published family: the answers are found and learned with their terminator, prompts never are.
    /// </summary>
    [Theory]
    [InlineData("chatml")]
    [InlineData("chatml-gen")]
    [InlineData("llama2")]
    [InlineData("llama3")]
    [InlineData("llama31-tools")]
    [InlineData("mistral-tools")]
    [InlineData("qwen25-tools")]
    [InlineData("gemma")]
    [InlineData("phi3")]
    [InlineData("zephyr")]
    [InlineData("command-r")]
    [InlineData("deepseek")]
    [InlineData("granite")]
    [InlineData("alpaca")]
    public void S1_12_EveryTemplate_AnswersLearnedPromptsNot(string name)
    {
        var root = Fixtures.Require("chat-templates");
        var template = ChatTemplate.Parse(File.ReadAllText(Path.Combine(root, "templates", name + ".jinja")), name);
        ChatMessage[] talk = [new("user", "First question?"), new("assistant", "First answer"),
            new("user", "Second question?"), new("assistant", "Second answer")];
        var row = new RowLabeller(Model(root, name), template, new LabelOptions()) { Now = DateTimeOffset.UnixEpoch }
            .Label(new CanonicalRow("r", DataFormat.OpenAi, talk, null));
        var learned = string.Concat(row.Trained);
        row.Trained.Count.ShouldBeInRange(2, 4, learned);
        learned.ShouldContain("First answer");
        learned.ShouldContain("Second answer");
        learned.ShouldNotContain("question");
        row.Trained[^1].ShouldMatch(@"(<[^<>]+>|</s>)\s*$");
    }

    private static PretrainedTokenizer Model(string root, string template)
    {
        using var folder = new TempDirectory();
        using var specials = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, "specials.json")));
        var config = specials.RootElement.GetProperty(template).EnumerateObject()
            .ToDictionary(p => p.Name, p => (object)p.Value.GetString()!);
        config["additional_special_tokens"] =
            (string[])["<end_of_turn>", "<start_of_turn>", "<|end|>", "<|eom_id|>", "[INST]", "[/INST]"];
        File.Copy(Path.Combine(root, "tokenizer.json"), folder.Combine("tokenizer.json"));
        File.WriteAllText(folder.Combine("tokenizer_config.json"), JsonSerializer.Serialize(config));
        return PretrainedTokenizer.Load(folder.Path);
    }
}
