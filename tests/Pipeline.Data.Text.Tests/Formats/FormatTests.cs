using System.Text.Json;
using Pipeline.Data.Formats;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Text.Tests.Formats;

public sealed class FormatTests
{
    private static CanonicalRow Convert(string json)
    {
        using var document = JsonDocument.Parse(json);
        return RowConverter.Convert(document.RootElement, FormatDetector.Detect(document.RootElement)
            ?? throw new InvalidOperationException("unknown format"), "a.jsonl:1");
    }

    [Fact]
    public void S1_10_MixedFormats_RefusedWithCounts()
    {
        var detector = new FormatDetector();
        foreach (var row in (string[])[
            "{\"messages\":[]}", "{\"messages\":[]}", "{\"instruction\":\"a\",\"output\":\"b\"}", "{\"x\":1}"])
        {
            using var document = JsonDocument.Parse(row);
            detector.Add(document.RootElement);
        }

        var fault = Should.Throw<DataInputException>(detector.EnsureSingle);
        fault.Code.ShouldBe("E-FMT-MIXED");
        fault.Message.ShouldContain("Alpaca: 1, OpenAi: 2, unknown: 1");
    }

    [Theory]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a\"}]}")]
    [InlineData("{\"conversations\":[{\"from\":\"human\",\"value\":\"q\"},{\"from\":\"gpt\",\"value\":\"a\"}]}")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"q\"}]},{\"role\":\"assistant\",\"content\":\"a\"}]}")]
    public void S1_12_MessagesAndConversations_OneCanonicalForm(string json) =>
        Convert(json).Messages.ShouldBe([new ChatMessage("user", "q"), new ChatMessage("assistant", "a")]);

    [Fact]
    public void PromptCompletionChat_PromptTurns_AreNotTrained() =>
        Convert("{\"prompt\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"r\"}],\"completion\":[{\"role\":\"assistant\",\"content\":\"b\"}]}")
            .Messages!.Select(m => m.Weight).ShouldBe([0, 0, 0, null]);

    [Theory]
    [InlineData("{\"messages\":[]}", "E-SCHEMA-MESSAGES")]
    [InlineData("{\"messages\":[{\"role\":\"critic\",\"content\":\"x\"}]}", "E-SCHEMA-ROLE")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"\"},{\"role\":\"assistant\",\"content\":\"a\"}]}",
        "E-SCHEMA-EMPTY")]
    [InlineData("{\"messages\":[{\"role\":\"system\",\"content\":\"x\"},{\"role\":\"system\",\"content\":\"x\"},{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a\"}]}", "E-SCHEMA-SYSTEM")]
    [InlineData("{\"messages\":[{\"role\":\"assistant\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"q\"}]}",
        "E-SCHEMA-ORDER")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]}", "E-SCHEMA-NO-ASSISTANT")]
    [InlineData("{\"parts\":[{\"text\":\"x\",\"loss\":false}]}", "E-SCHEMA-NO-LOSS")]
    [InlineData("{\"instruction\":\"x\",\"output\":\"\"}", "E-SCHEMA-EMPTY")]
    public void B10_BadConversations_RefusedByCode(string json, string code) =>
        Should.Throw<RowFaultException>(() => Convert(json)).Code.ShouldBe(code);

    [Theory]
    [InlineData("5", "number")]
    [InlineData("[{\"type\":\"image\",\"url\":\"a.png\"}]", "image")]
    [InlineData("{\"a\":1}", "object")]
    public void B11_UnsupportedContent_NamesFieldAndPart(string content, string named)
    {
        var fault = Should.Throw<RowFaultException>(
            () => Convert($"{{\"messages\":[{{\"role\":\"user\",\"content\":{content}}}]}}"));
        fault.Code.ShouldBe("E-SCHEMA-CONTENT");
        fault.Message.ShouldContain("messages[0].content");
        fault.Message.ShouldContain(named);
    }
}
