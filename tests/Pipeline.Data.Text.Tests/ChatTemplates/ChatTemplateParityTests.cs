using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Data.ChatTemplates;
using Pipeline.Data.ChatTemplates.Builtins;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Text.Tests.ChatTemplates;

public sealed class ChatTemplateParityTests
{
    [Fact]
    public void Render_EveryTemplateAndConversation_EqualToTheReference()
    {
        var fixtures = new ChatTemplateFixtures();
        var (wrong, compared) = (new List<string>(), 0);
        foreach (var row in fixtures.Lines("rendered.jsonl"))
        {
            compared++;
            var difference = Difference(row, () => fixtures.Render(row).Text);
            if (difference is not null)
                wrong.Add($"{row.GetProperty("template")} {row.GetProperty("conversation")}: {difference}");
        }

        wrong.ShouldBeEmpty();
        Fixtures.Compared("chat-templates/rendered", compared);
    }

    [Fact]
    public void Run_EveryConformanceCase_EqualToTheReference()
    {
        var fixtures = new ChatTemplateFixtures();
        var (wrong, compared) = (new List<string>(), 0);
        foreach (var row in fixtures.Lines("conformance.jsonl"))
        {
            compared++;
            var difference = Difference(row, () =>
            {
                var template = ChatTemplate.Parse(row.GetProperty("template").GetString()!);
                var variables = Globals.Create();
                foreach (var variable in row.GetProperty("context").EnumerateObject())
                    variables[string.Intern(variable.Name)] = MessageValues.Of(variable.Value);
                return template.Run(variables, ChatTemplateFixtures.Clock).Text;
            });
            if (difference is not null)
                wrong.Add($"{row.GetProperty("id")} {row.GetProperty("template")}: {difference}");
        }

        wrong.ShouldBeEmpty();
        Fixtures.Compared("chat-templates/conformance", compared);
    }

    [Fact]
    public void Generated_EveryMarkedTemplate_SpansAndMasksEqualToTheReference()
    {
        var fixtures = new ChatTemplateFixtures();
        var compared = 0;
        foreach (var row in fixtures.Lines("assistant-masks.jsonl"))
        {
            compared++;
            if (row.TryGetProperty("error", out _))
            {
                Should.Throw<ChatTemplateException>(() => fixtures.Render(row));
                continue;
            }

            var rendered = fixtures.Render(row);
            rendered.Generated.SelectMany(s => new[] { s.Start, s.End })
                .ShouldBe(row.GetProperty("spans_utf16").EnumerateArray().SelectMany(Ints));
            if (!row.TryGetProperty("input_ids", out var ids)) continue;
            var tokenizer = WithSpecials(fixtures, row.GetProperty("template").GetString()!);
            var encoding = tokenizer.EncodeDetailed(rendered.Text, addSpecialTokens: false);
            encoding.Ids.ToArray().ShouldBe(Ints(ids), row.GetProperty("conversation").GetString());
            Data.Labels.GenerationMask.Of(encoding, rendered.Generated).Select(m => m ? 1 : 0)
                .ShouldBe(Ints(row.GetProperty("assistant_masks")));
        }

        Fixtures.Compared("chat-templates/assistant-masks", compared);
    }

    private static HuggingFaceTokenizer WithSpecials(ChatTemplateFixtures fixtures, string template)
    {
        using var folder = new TempDirectory();
        File.Copy(Path.Combine(fixtures.Root, "tokenizer.json"), folder.Combine("tokenizer.json"));
        File.WriteAllText(
            folder.Combine("tokenizer_config.json"), JsonSerializer.Serialize(fixtures.Specials(template)));
        return PretrainedTokenizer.Load(folder.Path).Tokenizer;
    }

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetInt32())];

    private static string? Difference(JsonElement row, Func<string> render)
    {
        string text;
        try
        {
            text = render();
        }
        catch (ChatTemplateException exception)
        {
            if (!row.TryGetProperty("error", out var expected)) return exception.Message;
            return exception.Kind == expected.GetProperty("type").GetString()
                ? null : $"{exception.Message}, expected {expected}";
        }

        if (row.TryGetProperty("error", out var error)) return $"'{text}', expected {error}";
        if (row.TryGetProperty("inexact", out _)) return null;
        if (row.TryGetProperty("text", out var wanted))
            return text == wanted.GetString() ? null : $"'{text}', expected '{wanted}'";
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        return digest == row.GetProperty("utf8_sha256").GetString() ? null : $"digest {digest}";
    }
}
