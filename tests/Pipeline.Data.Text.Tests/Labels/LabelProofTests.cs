using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;
using Pipeline.Data.Labels;
using Pipeline.Data.Packing;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Text.Tests.Labels;

public sealed class LabelProofTests
{
    private static readonly string[] Pieces =
        ["apt", " ", "\n", "  ", "Größe", "日本", "😀", "<|im_end|>", "<|im_start|>system", "</s>", "[INST]", "<think>",
            "a b c", "e\u0301", "{{ x }}", "{% if %}", "\t", "12345", "<", "|>"];

    [Fact]
    public void S2_03_RandomConversations_DecodeOfLabelsIsTheTrainableText()
    {
        var random = new Random(3);
        var checkedRows = 0;
        for (var n = 0; n < 300; n++)
        {
            string Text() => "x"
                + string.Concat(Enumerable.Range(0, random.Next(0, 8)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            List<ChatMessage> talk = random.Next(2) == 0 ? [new("system", Text())] : [];
            for (var turn = random.Next(1, 4); turn > 0; turn--)
                talk.AddRange([new("user", Text()), new("assistant", Text())]);
            foreach (var template in (string[])[LabelHarness.Marked, LabelHarness.Plain])
            {
                var row = LabelHarness.Label(talk, template);
                LabelHarness.Learned(row).ShouldBe(
                    string.Concat(talk.Where(m => m.Role == "assistant").Select(m => m.Content + "<|im_end|>")));
                LabelHarness.Model.Tokenizer.Decode(row.Ids, skipSpecialTokens: false).ShouldBe(row.Text);
                checkedRows++;
            }
        }

        checkedRows.ShouldBe(600);
    }

    [Fact]
    public void B28_I14_ControlTextInData_NeverBecomesAControlId()
    {
        var tokenizer = LabelHarness.Model.Tokenizer;
        var random = new Random(14);
        for (var n = 0; n < 200; n++)
        {
            string Text() =>
                string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(_ => Pieces[random.Next(Pieces.Length)]))
                    + "y";
            ChatMessage[] talk =
                [new("user", Text()), new("assistant", Text()), new("user", Text()), new("assistant", Text())];
            foreach (var template in (string[])[LabelHarness.Marked, LabelHarness.Plain])
            {
                var row = LabelHarness.Label(talk, template);
                row.Ids.Count(tokenizer.IsControl).ShouldBe(8, row.Text);
                row.ControlTexts.ShouldBe(
                    talk.Sum(m => Count(m.Content, "<|im_end|>") + Count(m.Content, "<|im_start|>")));
            }

            var part =
                LabelHarness.Label(DataFormat.Parts, null, new TextPart(Text(), false), new TextPart(Text(), true));
            part.Ids.ShouldAllBe(id => !tokenizer.IsControl(id));
        }
    }

    [Fact]
    public void B28_PlainRow_KeepsTheIdsOfTheReference()
    {
        ChatMessage[] talk = [new("user", "Which section?"), new("assistant", "libs")];
        LabelHarness.Label(talk).Ids.ShouldBe(
            LabelHarness.Model.Tokenizer.Encode(
                "<|im_start|>user\nWhich section?<|im_end|>\n<|im_start|>assistant\nlibs<|im_end|>\n",
                addSpecialTokens: false));
    }

    [Theory]
    [InlineData("{% for m in messages if m.role != 'system' %}{{ '<|im_start|>' + m.role + '\\n' + m.content + "
        + "'<|im_end|>\\n' }}{% endfor %}", "E-LABEL-DROPPED")]
    [InlineData("{% for m in messages if m.role != 'assistant' %}{{ '<|im_start|>' + m.role + '\\n' + m.content + "
        + "'<|im_end|>\\n' }}{% endfor %}", "E-LABEL-DROPPED")]
    [InlineData("{% for m in messages %}{{ m.role + ': ' + m.content + '\\n' }}{% endfor %}", "E-LABEL-TERMINATOR")]
    [InlineData("{% for m in messages %}{% if m.role == 'user' %}{% generation %}{{ m.content }}{% endgeneration %}{% "
        + "else %}{{ m.content }}{% endif %}{% endfor %}", "E-LABEL")]
    [InlineData("{{ raise_exception('no system turn') }}", "E-LABEL-TEMPLATE")]
    [InlineData("{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + (m.content|upper) + '<|im_end|>\\n' }}{% "
        + "endfor %}", null)]
    public void B37_TemplateThatDropsOrMarksNothing_IsAnErrorNotAnEmptyMask(string template, string? code)
    {
        ChatMessage[] talk = [new("system", "s y s"), new("user", "question"), new("assistant", "answer")];
        if (code is null) LabelHarness.Learned(LabelHarness.Label(talk, template)).ShouldBe("ANSWER<|im_end|>");
        else Should.Throw<RowFaultException>(() => LabelHarness.Label(talk, template)).Code.ShouldStartWith(code);
    }

    [Fact]
    public void Proof_TamperedWeights_AreFound()
    {
        ChatMessage[] talk = [new("user", "the question"), new("assistant", "the answer")];
        var labeller = LabelHarness.Labeller();
        var good = labeller.Supervise(new CanonicalRow("r", DataFormat.OpenAi, talk, null), realign: false);
        LabelProof.Check(LabelHarness.Model.Tokenizer, good, needsTerminator: true).ShouldBe(["the answer<|im_end|>"]);
        for (var token = 0; token < good.Weights.Length; token++)
        {
            var weights = (float[])good.Weights.Clone();
            weights[token] = weights[token] > 0 ? 0 : 1;
            Should.Throw<RowFaultException>(
                () => LabelProof.Check(LabelHarness.Model.Tokenizer, good with { Weights = weights },
                    needsTerminator: true), $"token {token}").Code.ShouldStartWith("E-LABEL");
        }

        var ids = (int[])good.Encoded.Ids.Clone();
        ids[Array.FindIndex(good.Weights, w => w > 0)]++;
        Should.Throw<RowFaultException>(
            () =>
                LabelProof.Check(LabelHarness.Model.Tokenizer, good with { Encoded = good.Encoded with { Ids = ids } },
                    needsTerminator: true)).Code.ShouldBe("E-LABEL-TEXT");
    }

    [Theory]
    [InlineData(OverLength.KeepStart)]
    [InlineData(OverLength.KeepEnd)]
    public void I4_Truncation_KeepsTheMaskOfTheTokensThatStay(OverLength policy)
    {
        ChatMessage[] talk = [new("user", "one two three four"), new("assistant", "five six seven eight nine ten")];
        var whole = LabelHarness.Label(talk);
        for (var limit = 1; limit < whole.Ids.Length; limit++)
        {
            var cut = LabelHarness.Labeller(options: new LabelOptions { MaxLength = limit, OverLength = policy })
                .Fit(whole, out var removed);
            var from = policy == OverLength.KeepStart ? 0 : whole.Ids.Length - limit;
            cut.Ids.ShouldBe(whole.Ids[from..(from + limit)]);
            cut.Weights.ShouldBe(whole.Weights[from..(from + limit)]);
            (removed is null).ShouldBe(cut.Weights.Any(w => w > 0));
        }
    }

    [Fact]
    public void S0_28_I6_LastLearnedTokenOfEveryTurn_IsTheTerminator()
    {
        var end = LabelHarness.Model.Tokenizer.TokenToId("<|im_end|>")!.Value;
        ChatMessage[] talk = [new("user", "q"), new("assistant", "a"), new("user", "q2"), new("assistant", "a2")];
        var row = LabelHarness.Label(talk).ToTokenRow();
        for (var i = 0; i < row.Labels.Length; i++)
        {
            var endsRun = row.Labels[i] != TokenRow.Ignored
                && (i + 1 == row.Labels.Length || row.Labels[i + 1] == TokenRow.Ignored);
            if (endsRun) row.Labels[i].ShouldBe(end);
        }

        var padded =
            TokenCollator.Collate([row, new TokenRow([1, end], [-100, end])], new CollatorOptions { PadTokenId = end });
        padded.Labels.Count(l => l == end).ShouldBe(3);
    }

    [Fact]
    public void I6_TokenizerThatAddsAStartToken_HasItOnce()
    {
        using var folder = new TempDirectory();
        var json = System.Text.Json.Nodes.JsonNode.Parse(
            File.ReadAllText(Path.Combine(Repository.Root, "infra", "models", "bookworm-6m", "tokenizer.json")))!;
        json["post_processor"] = System.Text.Json.Nodes.JsonNode.Parse("""
            {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<|endoftext|>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"<|endoftext|>":{"id":"<|endoftext|>","ids":[0],"tokens":["<|endoftext|>"]}}}
            """);
        File.WriteAllText(folder.Combine("tokenizer.json"), json.ToJsonString());
        var model = PretrainedTokenizer.Load(folder.Path) with
        {
            SpecialTokens =
                new Dictionary<string, string> { ["bos_token"] = "<|endoftext|>", ["eos_token"] = "<|im_end|>" }
        };
        ChatMessage[] talk = [new("user", "q"), new("assistant", "a")];
        var chat = new RowLabeller(model, ChatTemplate.Parse("{{ bos_token }}" + LabelHarness.Marked),
            new LabelOptions()).Label(new CanonicalRow("r", DataFormat.OpenAi, talk, null));
        chat.Ids.Count(id => id == 0).ShouldBe(1);
        var text = new RowLabeller(model, null, new LabelOptions())
            .Label(new CanonicalRow("r", DataFormat.Text, null, [new TextPart("some text", true)]));
        text.Ids[0].ShouldBe(0);
        text.Ids.Count(id => id == 0).ShouldBe(1);
        Should.Throw<RowFaultException>(
            () =>
                new RowLabeller(
                    model, ChatTemplate.Parse("{{ bos_token + bos_token }}" + LabelHarness.Marked), new LabelOptions())
                    .Label(new CanonicalRow("r", DataFormat.OpenAi, talk, null))).Code.ShouldBe("E-LABEL-DOUBLE-START");
    }

    private static int Count(string text, string part)
    {
        var count = 0;
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at
            >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal)) count++;
        return count;
    }
}
