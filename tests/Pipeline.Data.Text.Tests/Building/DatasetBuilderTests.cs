using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Data.Building;
using Pipeline.Data.Formats;
using Pipeline.Data.Labels;
using Pipeline.Data.Packing;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Text.Tests.Building;

public sealed class DatasetBuilderTests
{
    [Fact]
    public void S2_03_Build_ShardsIndexCardAndProvenRows()
    {
        using var fixture = new DatasetFixture();
        var index = fixture.Build(
            DatasetFixture.Recipe(
                new DatasetSource("task", [fixture.Write("a.jsonl", DatasetFixture.Chats(300))]) { Licence = "CC0" })
                with
            { ShardTokens = 2000 });
        index.Shards.Count.ShouldBeGreaterThan(2);
        index.Audit.Proven.ShouldBe(300);
        index.Audit.WithTerminator.ShouldBe(300);
        using var dataset = SftDataset.Open(fixture.Output);
        dataset.Verify();
        dataset.Count.ShouldBe(300);
        var tokenizer = Pipeline.Data.Tokenizers.HuggingFaceTokenizer.Load(DatasetFixture.Model);
        foreach (var row in dataset.Rows())
            tokenizer.Decode([.. row.Ids.Where((_, i) => row.Weights[i] > 0)]).ShouldBe("libs<|im_end|>");
        dataset.Rows().Select(r => r.Id).Order(StringComparer.Ordinal)
            .ShouldBe(Enumerable.Range(0, 300).Select(i => $"row-{i}").Order(StringComparer.Ordinal));
        var card = File.ReadAllText(Path.Combine(fixture.Output, "README.md"));
        foreach (var text in (string[])[index.Version, "CC0", "task", "| ≤ ", index.Sources[0].Sha256[0][..12]])
            card.ShouldContain(text);
    }

    [Fact]
    public void I5_SupervisedTokens_IndexEqualsWhatTrainingCounts()
    {
        using var fixture = new DatasetFixture();
        var index = fixture.Build(
            DatasetFixture.Recipe(
                new DatasetSource(
                    "task", [
                        fixture.Write(
                            "a.jsonl",
                            Enumerable.Range(0, 120)
                                .Select(i =>
                                    DatasetFixture.Chat(
                                        "q", string.Concat(Enumerable.Repeat("word ", i % 9)) + "end")))])));
        using var dataset = SftDataset.Open(fixture.Output);
        index.SupervisedTokens.ShouldBe(dataset.Rows().Sum(r => r.Weights.Count(w => w > 0)));
        index.SupervisedTokens.ShouldBe(
            dataset.Rows().Chunk(7)
                .Sum(batch =>
                    TokenCollator.Collate([.. batch.Select(r => r.ToTokenRow())],
                        new CollatorOptions { PadTokenId = index.PadTokenId }).SupervisedTokens));
        index.Tokens.ShouldBe(dataset.Rows().Sum(r => r.Ids.Length));
    }

    [Fact]
    public void S0_04_EqualInputs_AreACacheHitAndEqualBytes()
    {
        using var fixture = new DatasetFixture();
        var recipe =
            DatasetFixture.Recipe(new DatasetSource("task", [fixture.Write("a.jsonl", DatasetFixture.Chats(50))]));
        var first = fixture.Build(recipe);
        first.WasCached.ShouldBeFalse();
        var written = File.GetLastWriteTimeUtc(Path.Combine(fixture.Output, "index.json"));
        var second = fixture.Build(recipe);
        second.WasCached.ShouldBeTrue();
        second.Version.ShouldBe(first.Version);
        File.GetLastWriteTimeUtc(Path.Combine(fixture.Output, "index.json")).ShouldBe(written);
        new DatasetBuilder().Build(recipe, fixture.At("other"));
        foreach (var file in Directory.GetFiles(fixture.Output))
            SHA256.HashData(File.ReadAllBytes(file))
                .ShouldBe(SHA256.HashData(File.ReadAllBytes(Path.Combine(fixture.At("other"), Path.GetFileName(file)))),
                    file);
    }

    [Fact]
    public void S0_04_TemplateTokenizerContentSeedOrCode_ChangeTheVersion()
    {
        using var fixture = new DatasetFixture();
        var file = fixture.Write("a.jsonl", DatasetFixture.Chats(20));
        var recipe = DatasetFixture.Recipe(new DatasetSource("task", [file]));
        var versions = new List<string> { fixture.Build(recipe).Version };
        var template = fixture.Write(
            "t.jinja", File.ReadAllText(Path.Combine(DatasetFixture.Model, "chat_template.jinja")) + "{# changed #}");
        versions.Add(fixture.Build(recipe with { Template = template }).Version);
        var model = fixture.At("model");
        Directory.CreateDirectory(model);
        foreach (var name in (string[])["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"])
            File.Copy(Path.Combine(DatasetFixture.Model, name), Path.Combine(model, name));
        File.AppendAllText(Path.Combine(model, "tokenizer.json"), "\n");
        versions.Add(fixture.Build(recipe with { Tokenizer = model }).Version);
        versions.Add(fixture.Build(recipe with { Seed = 2 }).Version);
        versions.Add(fixture.Build(recipe with { Labels = new LabelOptions { MaxLength = 900 } }).Version);
        versions.Add(fixture.Build(recipe, new DatasetBuilder { Code = "sft/2" }).Version);
        File.AppendAllText(file, JsonSerializer.Serialize(DatasetFixture.Chat("more", "libs", "x")) + "\n");
        versions.Add(fixture.Build(recipe).Version);
        versions.Distinct().Count().ShouldBe(7);
    }

    [Fact]
    public void S2_31_Rehearsal_MeasuredInRowsAndTokens()
    {
        using var fixture = new DatasetFixture();
        var task = new DatasetSource("task", [fixture.Write("a.jsonl", DatasetFixture.Chats(1000))]);
        var replay = new DatasetSource(
            "replay",
            [fixture.Write(
                "b.jsonl",
                Enumerable.Range(0, 400)
                    .Select(i =>
                        new { parts = new object[] { new { text = $"Question {i}?\nAnswer:", loss = false },
                            new { text = " A", loss = true } } }))])
        { Replay = true };
        foreach (var share in (double[])[0.05, 0.07, 0.10])
        {
            var index = fixture.Build(DatasetFixture.Recipe(task, replay) with { ReplayShare = share });
            index.Replay.OfRows.ShouldBe(share, 0.005);
            index.Replay.OfTokens.ShouldBe((double)index.Sources[1].Tokens / index.Tokens, 1e-9);
            index.Advice.ShouldNotContain(a => a.Contains("5–10 %"));
            index.Accounting.Removed["mixture"].ShouldBe(400 - index.Replay.Rows);
        }

        new DatasetRecipe("n", "t", []).ReplayShare.ShouldBeInRange(0.05, 0.10);
        fixture.Build(DatasetFixture.Recipe(task, replay) with { ReplayShare = 0.2 }).Advice.ShouldContain(
            a => a.Contains("5–10 %"));
        fixture.Build(DatasetFixture.Recipe(task)).Advice.ShouldContain(a => a.Contains("5–10 %"));
    }

    [Fact]
    public void Mixture_Weights_KeepTheSharesOfTheSources()
    {
        using var fixture = new DatasetFixture();
        var index = fixture.Build(DatasetFixture.Recipe(
            new DatasetSource("a", [fixture.Write("a.jsonl", DatasetFixture.Chats(100))]) { Weight = 3 },
            new DatasetSource("b", [fixture.Write("b.jsonl", DatasetFixture.Chats(100))]) { Weight = 1 },
            new DatasetSource("c", [fixture.Write("c.jsonl", DatasetFixture.Chats(100))]) { Rows = 10 }));
        index.Sources.Select(s => s.Rows).ShouldBe([100, 33, 10]);
    }

    [Fact]
    public void S1_15_SizeAdvisory_IsAdviceOnly()
    {
        using var fixture = new DatasetFixture();
        var recipe =
            DatasetFixture.Recipe(new DatasetSource("task", [fixture.Write("a.jsonl", DatasetFixture.Chats(99))]));
        fixture.Build(recipe).Advice.ShouldContain(a => a.Contains("1,000–5,000"));
        fixture.Build(recipe with { Domain = true }).Advice.ShouldContain(a => a.Contains("100–500"));
    }

    [Fact]
    public void S1_18_Review_SeededSampleWithTokensAndLabels()
    {
        using var fixture = new DatasetFixture();
        var recipe =
            DatasetFixture.Recipe(new DatasetSource("task", [fixture.Write("a.jsonl", DatasetFixture.Chats(250))]));
        fixture.Build(recipe);
        var lines = File.ReadAllLines(Path.Combine(fixture.Output, "review.jsonl"))
            .Select(l => JsonSerializer.Deserialize<ReviewRow>(l, JsonSerializerOptions.Web)!).ToList();
        lines.Count.ShouldBe(100);
        lines.Select(l => l.Row).Distinct().Count().ShouldBe(100);
        using var dataset = SftDataset.Open(fixture.Output);
        foreach (var line in lines)
        {
            var row = dataset.Read(line.Row);
            line.Id.ShouldBe(row.Id);
            line.Ids.ShouldBe(row.Ids);
            line.Labels.ShouldBe(row.ToTokenRow().Labels);
            string.Concat(line.Tokens).ShouldBe(line.Text);
        }

        var page = File.ReadAllText(Path.Combine(fixture.Output, "review.html"));
        page.ShouldContain("class=\"t\"");
        page.ShouldNotContain("http");
        page.ShouldNotContain("<script");
        fixture.Build(recipe with { ReviewRows = 500 });
        File.ReadAllLines(Path.Combine(fixture.Output, "review.jsonl")).Length.ShouldBe(250);
    }

    [Fact]
    public void S1_18_ReviewPage_TextOfRowsIsEscaped()
    {
        using var fixture = new DatasetFixture();
        fixture.Build(
            DatasetFixture.Recipe(
                new DatasetSource(
                    "task", [
                        fixture.Write(
                            "a.jsonl", [DatasetFixture.Chat("<script>alert(1)</script>", "a & b", "<b>id</b>")])])));
        File.ReadAllText(Path.Combine(fixture.Output, "review.html")).ShouldNotContain("<script");
        File.ReadAllText(Path.Combine(fixture.Output, "review.html")).ShouldNotContain("<b>");
    }

    [Fact]
    public void S1_19_Scorer_KeepsTheBestRows()
    {
        using var fixture = new DatasetFixture();
        IEnumerable<object> rows =
            [.. Enumerable.Range(0, 40).Select(i => DatasetFixture.Chat("q", $"good answer number {i}", $"good-{i}")),
                .. Enumerable.Range(0, 40)
                    .Select(i => DatasetFixture.Chat("q", "no no no no no #### ####", $"bad-{i}"))];
        var recipe = DatasetFixture.Recipe(new DatasetSource("task", [fixture.Write("a.jsonl", rows)]));
        var builder = new DatasetBuilder { Scorer = new LexicalScorer() };
        fixture.Build(recipe with { KeepBest = 0.5 }, builder).Rows.ShouldBe(40);
        using var dataset = SftDataset.Open(fixture.Output);
        dataset.Rows().ShouldAllBe(r => r.Id.StartsWith("good"));
        new DatasetBuilder { Scorer = new LexicalScorer() }.Build(recipe, fixture.At("all")).Rows.ShouldBe(80);
    }

    [Fact]
    public void S1_20_JsonlToPackedBatches_InOneCall()
    {
        using var fixture = new DatasetFixture();
        fixture.Build(
            DatasetFixture.Recipe(new DatasetSource("task", [fixture.Write("a.jsonl", DatasetFixture.Chats(64))])));
        using var dataset = SftDataset.Open(fixture.Output);
        TokenRow[] rows = [.. dataset.Rows().Select(r => r.ToTokenRow())];
        var plan = SequencePacker.Pack([.. rows.Select(r => r.InputIds.Length)], 512, PackingStrategy.BestFit);
        var batch = TokenCollator.Collate(
            [.. Enumerable.Range(0, plan.Rows).Select(r => PackedRows.Build(plan, r, rows))], new CollatorOptions
            {
                PadTokenId = dataset.Index.PadTokenId,
                PaddingFree = true,
            });
        batch.SupervisedTokens.ShouldBe((int)dataset.Index.SupervisedTokens);
        batch.CumulativeLengths().Length.ShouldBe(65);
    }

    [Fact]
    public void Weights_OtherThanOne_SurviveTheShards()
    {
        using var fixture = new DatasetFixture();
        fixture.Build(
            DatasetFixture.Recipe(
                new DatasetSource(
                    "task", [
                        fixture.Write(
                            "a.jsonl",
                            """{"id":"w","messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a","weight":0.3}]}""", """{"id":"p","messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}""")])));
        using var dataset = SftDataset.Open(fixture.Output);
        dataset.Rows().Single(r => r.Id == "w").Weights.Max().ShouldBe(0.3f);
        dataset.Rows().Single(r => r.Id == "p").Weights.Max().ShouldBe(1f);
    }

    [Fact]
    public void Mapping_PlainFields_MakeTheConversation()
    {
        using var fixture = new DatasetFixture();
        var source = new DatasetSource("task", [fixture.Write("a.csv", "name,section", "apt,admin", "gcc,devel")])
        {
            Map = new FieldMapping("Package: {name}", "{section}"),
        };
        fixture.Build(DatasetFixture.Recipe(source));
        using var dataset = SftDataset.Open(fixture.Output);
        var tokenizer = Pipeline.Data.Tokenizers.HuggingFaceTokenizer.Load(DatasetFixture.Model);
        dataset.Rows().Select(r => tokenizer.Decode(r.Ids)).Order(StringComparer.Ordinal).First()
            .ShouldBe("<|im_start|>user\nPackage: apt<|im_end|>\n<|im_start|>assistant\nadmin<|im_end|>\n");
    }

    [Fact]
    public void Recipe_FromJson_RelativePathsAndUnknownFieldsRefused()
    {
        using var fixture = new DatasetFixture();
        fixture.Write("a.jsonl", DatasetFixture.Chats(5));
        var recipe = DatasetRecipe.Load(
            fixture.Write(
                "r.json",
                $$$"""{"name":"n","tokenizer":"{{{DatasetFixture.Model}}}","sources":[{"name":"t","files":["a.jsonl"],"format":"open-ai"}],"labels":{"maxLength":64,"overLength":"keep-end","trainOn":"last"}}"""));
        fixture.Build(recipe).Rows.ShouldBe(5);
        Should.Throw<DataInputException>(
            () =>
                DatasetRecipe.Load(
                    fixture.Write("s.json", """{"name":"n","tokenizer":"x","sources":[],"lables":{}}"""))).Message
            .ShouldContain("lables");
    }

    [Fact]
    public void Open_ChangedOrMissingFile_Refused()
    {
        using var fixture = new DatasetFixture();
        fixture.Build(
            DatasetFixture.Recipe(new DatasetSource("task", [fixture.Write("a.jsonl", DatasetFixture.Chats(30))])));
        var shard = Path.Combine(fixture.Output, "shard-00000.bin");
        var bytes = File.ReadAllBytes(shard);
        bytes[^1] ^= 1;
        File.WriteAllBytes(shard, bytes);
        using (var dataset = SftDataset.Open(fixture.Output))
            Should.Throw<DataInputException>(dataset.Verify).Code.ShouldBe("E-DATASET");
        File.WriteAllBytes(shard, bytes[..^1]);
        Should.Throw<DataInputException>(() => SftDataset.Open(fixture.Output)).Code.ShouldBe("E-DATASET");
        File.Delete(Path.Combine(fixture.Output, "index.json"));
        Should.Throw<DataInputException>(() => SftDataset.Open(fixture.Output)).Message.ShouldContain("index.json");
    }
}
