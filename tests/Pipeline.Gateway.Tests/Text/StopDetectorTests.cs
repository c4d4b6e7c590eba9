using Pipeline.Gateway.Text;

namespace Pipeline.Gateway.Tests.Text;

public sealed class StopDetectorTests
{
    [Theory]
    [InlineData("abcSTOPdef", "abc", true)]
    [InlineData("abcSTO", "abcSTO", false)]
    [InlineData("aSTaSTOSTOPx", "aSTaSTO", true)]
    [InlineData("end", "", true)]
    public void Add_AnyCutOfTheText_GivesTheSame(string text, string expected, bool stopped)
    {
        for (var size = 1; size <= text.Length; size++)
        {
            var detector = new StopDetector(["STOP", "end"]);
            var given = "";
            for (var at = 0; at < text.Length; at += size)
            {
                given += detector.Add(text[at..Math.Min(text.Length, at + size)]);
                expected.ShouldStartWith(given);
            }

            (given + detector.Flush()).ShouldBe(expected);
            detector.Stopped.ShouldBe(stopped);
        }
    }

    [Theory]
    [InlineData("plain", "plain", 0)]
    [InlineData("<tool_call>{\"name\":\"a\",\"arguments\":{\"x\":1}}</tool_call>", "", 1)]
    [InlineData("Sure. <tool_call>{\"name\":\"a\"}</tool_call><tool_call>{\"name\":\"b\"}", "Sure.", 2)]
    [InlineData("<tool_call>broken</tool_call>", "<tool_call>broken</tool_call>", 0)]
    public void Parse_ToolCalls_AreSplitFromText(string text, string content, int calls)
    {
        var parsed = ToolCallParser.Parse(text);
        parsed.Content.ShouldBe(content);
        parsed.Calls.Count.ShouldBe(calls);
    }
}
