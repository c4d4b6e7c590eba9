using System.Text.Json;
using Pipeline.Data.Formats;
using Pipeline.Data.Readers;
using Pipeline.Evaluation.Metrics;

namespace Pipeline.Data.Text.Tests.Formats;

public sealed class RowSchemaTests
{
    private const string Ask = """{"role":"user","content":"q"}""", Answer = """{"role":"assistant","content":"a"}""";

    public static TheoryData<DataFormat, string> Sound => new()
    {
        { DataFormat.OpenAi, $$"""{"messages":[{{Ask}},{{Answer}}]}""" },
        { DataFormat.OpenAi,
            $$"""{"messages":[{"role":"system","content":"s"},{{Ask}},{"role":"assistant","content":null,"reasoning_content":"r","tool_calls":[{"type":"function"}]},{"role":"tool","tool_call_id":"c","content":"t"},{{Answer}}],"tools":[{"type":"function"}]}""" },
        { DataFormat.OpenAi,
            $$"""{"messages":[{"role":"user","content":[{"type":"text","text":"q"}]},{"role":"assistant","content":"a","weight":0.5,"spans":[{"start":0,"end":1,"weight":0}]}]}""" },
        { DataFormat.ShareGpt, """{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}]}""" },
        { DataFormat.Alpaca, """{"instruction":"i","input":"","output":"o"}""" },
        { DataFormat.PromptCompletion, """{"prompt":"","completion":"c"}""" },
        { DataFormat.PromptCompletionChat, $$"""{"prompt":[{{Ask}},{{Answer}},{{Ask}}],"completion":[{{Answer}}]}""" },
        { DataFormat.Text, """{"text":"t"}""" },
        { DataFormat.Parts, """{"parts":[{"text":"q","loss":false},{"text":"a","loss":true,"weight":0.5}]}""" },
        { DataFormat.Preference, """{"prompt":"p","chosen":"a","rejected":"b"}""" },
        { DataFormat.Preference, """{"chosen":"the same start one","rejected":"the same start two"}""" },
        { DataFormat.Preference,
            $$"""{"prompt":[{{Ask}}],"chosen":[{{Answer}}],"rejected":[{"role":"assistant","content":"b"}]}""" },
        { DataFormat.PreTokenised, """{"input_ids":[1,2,3],"labels":[-100,2,3],"attention_mask":[1,1,1]}""" },
        { DataFormat.PreTokenised, """{"input_ids":[1]}""" },
    };

    public static TheoryData<DataFormat, string> Wrong => new()
    {
        { DataFormat.OpenAi, """{"messages":[]}""" },
        { DataFormat.OpenAi, $$"""{"messages":[{{Ask}}]}""" },
        { DataFormat.OpenAi, $$"""{"messages":[{{Answer}},{{Ask}}]}""" },
        { DataFormat.OpenAi, $$"""{"messages":[{"role":"critic","content":"x"},{{Answer}}]}""" },
        { DataFormat.OpenAi, $$"""{"messages":[{{Ask}},{"role":"assistant","content":""}]}""" },
        { DataFormat.OpenAi, $$"""{"messages":[{"role":"user","content":5},{{Answer}}]}""" },
        { DataFormat.OpenAi, $$"""{"messages":[{"role":"user","content":[{"type":"image_url"}]},{{Answer}}]}""" },
        { DataFormat.OpenAi, $$"""{"messages":[{{Ask}},{"role":"system","content":"late"},{{Answer}}]}""" },
        { DataFormat.OpenAi, $$"""{"messages":[{{Ask}},{"role":"assistant","content":"a","weight":2}]}""" },
        { DataFormat.ShareGpt, """{"conversations":[{"from":"human","value":"q"}]}""" },
        { DataFormat.ShareGpt, """{"conversations":[{"from":"human","value":"q"},{"from":"bot","value":"a"}]}""" },
        { DataFormat.Alpaca, """{"instruction":"i","output":""}""" },
        { DataFormat.Alpaca, """{"instruction":3,"output":"o"}""" },
        { DataFormat.PromptCompletion, """{"prompt":"p","completion":""}""" },
        { DataFormat.PromptCompletionChat, $$"""{"prompt":[{{Ask}}],"completion":[{{Ask}}]}""" },
        { DataFormat.Text, """{"text":""}""" },
        { DataFormat.Parts, """{"parts":[{"text":"q","loss":false}]}""" },
        { DataFormat.Parts, """{"parts":[{"text":"q","loss":"yes"}]}""" },
        { DataFormat.Preference, """{"prompt":"p","chosen":"a","rejected":""}""" },
        { DataFormat.Preference, $$"""{"chosen":"a","rejected":[{{Answer}}]}""" },
        { DataFormat.PreTokenised, """{"input_ids":[]}""" },
        { DataFormat.PreTokenised, """{"input_ids":[1,-2]}""" },
        { DataFormat.PreTokenised, """{"input_ids":[1,2],"attention_mask":[1,0]}""" },
    };

    [Theory]
    [MemberData(nameof(Sound))]
    public void Schema_SoundRow_ValidAndRead(DataFormat format, string json)
    {
        var row = JsonElement.Parse(json);
        Schema(format).Validate(row).ShouldBeEmpty();
        FormatDetector.Detect(row).ShouldBe(format);
        var canonical = RowConverter.Convert(row, format, "r");

        // What is written in canonical form is read as the same row.
        var written = JsonElement.Parse(CanonicalJson.Of(canonical));
        var again = FormatDetector.Detect(written).ShouldNotBeNull();
        Schema(again).Validate(written).ShouldBeEmpty();
        CanonicalJson.Of(RowConverter.Convert(written, again, "r")).ShouldBe(CanonicalJson.Of(canonical));
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Schema_WrongRow_InvalidAndRefused(DataFormat format, string json)
    {
        var row = JsonElement.Parse(json);
        Schema(format).Validate(row).ShouldNotBeEmpty();
        Should.Throw<RowFaultException>(() => RowConverter.Convert(row, format, "r"));
    }

    [Theory]
    [InlineData(DataFormat.PreTokenised, """{"input_ids":[1,2],"labels":[2,-100]}""", "labels[0]")]
    [InlineData(DataFormat.PreTokenised, """{"input_ids":[1,2],"labels":[1]}""", "'labels' has 1")]
    [InlineData(DataFormat.Preference, """{"prompt":"p","chosen":"a","rejected":"a"}""", "the same")]
    [InlineData(DataFormat.OpenAi,
        """{"messages":[{"role":"system","content":"s"},{"role":"assistant","content":"a"},{"role":"user","content":"q"}]}""", "before the user")]
    public void Convert_WhatNoSchemaSays_RefusedWithTheField(DataFormat format, string json, string named) =>
        Should.Throw<RowFaultException>(
            () => RowConverter.Convert(JsonElement.Parse(json), format, "r")).Message.ShouldContain(named);

    [Fact]
    public void S1_10_FixtureRowsOfEveryFormat_OneValidCanonicalForm()
    {
        using var rows = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require("masking-packing/rows.json")));
        var (valid, refused) = (0, 0);
        foreach (var row in rows.RootElement.GetProperty("rows").EnumerateObject()
            .SelectMany(set => set.Value.EnumerateArray().Select(item => item.GetProperty("source"))))
        {
            try
            {
                var canonical =
                    CanonicalJson.Of(RowConverter.Convert(row, FormatDetector.Detect(row).ShouldNotBeNull(), "r"));
                var written = JsonElement.Parse(canonical);
                var form = FormatDetector.Detect(written).ShouldNotBeNull();
                form.ShouldBeOneOf(DataFormat.OpenAi, DataFormat.Parts);
                Schema(form).Validate(written).ShouldBeEmpty(canonical);
                valid++;
            }
            catch (RowFaultException)
            {
                refused++;
            }
        }

        // The rows without an answer, with an empty one, and the one that starts with an answer.
        refused.ShouldBeLessThanOrEqualTo(4);
        Fixtures.Compared("masking-packing/rows in canonical form", valid);
    }

    private static JsonSchema Schema(DataFormat format) => new(JsonElement.Parse(RowSchema.Of(format)));
}
