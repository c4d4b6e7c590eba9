using System.Text.Json;
using static Pipeline.Data.Tokenizers.Tests.TokenizerFixtures;

namespace Pipeline.Data.Tokenizers.Tests;

public sealed class ModelDirectoryParityTests
{
    [Fact]
    public void Load_FixtureDirectories_EqualReference()
    {
        var root = Fixtures.Require("hub-layout");
        var expected =
            JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, "expected.json"))).RootElement.GetProperty("dirs");
        var problems = new List<string>();
        var cases = 0;
        foreach (var directory in expected.EnumerateObject())
        {
            if (!directory.Value.TryGetProperty("tokenizer", out var tokenizer)
                || directory.Name.StartsWith("config-", StringComparison.Ordinal)) continue;
            cases++;
            problems.AddRange(Compare(Path.Combine(root, "dirs", directory.Name), tokenizer)
                .Select(problem => $"{directory.Name}: {problem}"));
        }

        problems.Count.ShouldBe(0, string.Join('\n', problems.Take(20)));
        Fixtures.Compared("hub-layout", cases);
    }

    private static IEnumerable<string> Compare(string directory, JsonElement expected)
    {
        if (expected.TryGetProperty("error", out var error))
        {
            string? message = null;
            try
            {
                PretrainedTokenizer.Load(directory);
            }
            catch (TokenizerFormatException exception)
            {
                message = exception.Message;
            }

            if (message is null) yield return "no error, expected " + error.GetProperty("message").GetString();
            else if (!message.Contains(Path.GetFileName(directory), StringComparison.Ordinal))
                yield return "the error names no file: " + message;
            yield break;
        }

        var ours = PretrainedTokenizer.Load(directory);
        if (ours.Tokenizer.ModelVocabularySize != expected.GetProperty("vocab_size").GetInt32())
            yield return "vocabulary size";
        if (ours.Tokenizer.VocabularySize != expected.GetProperty("length").GetInt32())
            yield return $"length {ours.Tokenizer.VocabularySize}";
        var probe = expected.GetProperty("probe").GetString()!;
        var ids = ours.Tokenizer.Encode(probe);
        if (!ids.SequenceEqual(Ints(expected.GetProperty("ids")))) yield return "ids " + string.Join(',', ids);
        if (!ours.Tokenizer.Encode(probe, addSpecialTokens: false)
            .SequenceEqual(Ints(expected.GetProperty("ids_no_special")))) yield return "plain ids";
        if (ours.Tokenizer.Decode(ids, skipSpecialTokens: false) != expected.GetProperty("decoded").GetString())
            yield return "decoding";
        if (ours.Tokenizer.Decode(ids, skipSpecialTokens: true) != expected.GetProperty("decoded_skip").GetString())
            yield return "decoding without special tokens";
        foreach (var role in expected.GetProperty("special_tokens").EnumerateObject())
        {
            var text = role.Value[0].GetString();
            if (ours.SpecialTokens.GetValueOrDefault(role.Name) != text)
                yield return $"{role.Name} {ours.SpecialTokens.GetValueOrDefault(role.Name)}";
            else if (text is not null && ours.SpecialTokenId(role.Name) != role.Value[1].GetInt32())
                yield return $"{role.Name} id";
        }

        if ((ours.ModelMaxLength?.ToString() ?? "none")
            != (expected.GetProperty("model_max_length").TryGetInt32(out var limit) ? limit.ToString() : "none"))
            yield return "model_max_length";
        if (ours.PadsLeft != (expected.GetProperty("padding_side").GetString() == "left")) yield return "padding side";
        if (ours.TruncatesLeft != (expected.GetProperty("truncation_side").GetString() == "left"))
            yield return "truncation side";
        if (ours.CleanUpTokenizationSpaces != expected.GetProperty("clean_up_tokenization_spaces").GetBoolean())
            yield return "clean-up";
        foreach (var token in expected.GetProperty("added_tokens").EnumerateObject())
        {
            var found = ours.Tokenizer.AddedTokens.GetValueOrDefault(int.Parse(token.Name));
            if (found?.Content != token.Value.GetProperty("content").GetString()
                || found!.Special != token.Value.GetProperty("special").GetBoolean()
                || found.LStrip != token.Value.GetProperty("lstrip").GetBoolean())
                yield return $"added token {token.Name} {found}";
        }

        var template = expected.GetProperty("chat_template");
        Dictionary<string, string> templates = template.ValueKind switch
        {
            JsonValueKind.String => new() { ["default"] = template.GetString()! },
            JsonValueKind.Object => template.EnumerateObject()
                .ToDictionary(item => item.Name, item => item.Value.GetString()!),
            _ => [],
        };
        if (!templates.OrderBy(item => item.Key).SequenceEqual(ours.ChatTemplates.OrderBy(item => item.Key)))
            yield return "chat templates";
    }
}
