using System.Text.Json;
using Pipeline.Data.Building;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Text.Tests.Building;

public sealed class DatasetSplitTests
{
    private static object Row(int i, string kind) =>
        new
        {
            id = $"row-{i}",
            kind,
            messages = new[] { new { role = "user", content = $"question {i}" },
                new { role = "assistant", content = "libs" } }
        };

    private static IEnumerable<object> Rows() =>
        Enumerable.Range(0, 200).Select(i => Row(i, i % 4 == 0 ? "rare" : "common"));

    private static string[] Ids(string folder)
    {
        using var dataset = SftDataset.Open(folder);
        dataset.Verify();
        return [.. dataset.Rows().Select(row => row.Id)];
    }

    [Fact]
    public void Split_Shares_DatasetsOfTheirOwnInProportion()
    {
        using var fixture = new DatasetFixture();
        var recipe = DatasetFixture.Recipe(new DatasetSource("task", [fixture.Write("a.jsonl", Rows())])) with
        { Split = new DatasetSplit { Validation = 0.1, Test = 0.2, StratifyBy = "kind" } };
        var index = fixture.Build(recipe);
        index.Rows.ShouldBe(140);
        index.Parts.ShouldBe(new Dictionary<string, long> { ["validation"] = 20, ["test"] = 40 }, ignoreOrder: true);
        index.Accounting.Check("dataset").In.ShouldBe(200);
        var (validation, test) =
            (Ids(Path.Combine(fixture.Output, "validation")), Ids(Path.Combine(fixture.Output, "test")));
        validation.Concat(test).Concat(Ids(fixture.Output)).Distinct().Count().ShouldBe(200);
        validation.Count(id => int.Parse(id[4..]) % 4 == 0).ShouldBe(5);
        test.Count(id => int.Parse(id[4..]) % 4 == 0).ShouldBe(10);

        // The draw does not depend on the order of the rows.
        var turned = DatasetFixture.Recipe(new DatasetSource("task", [fixture.Write("b.jsonl", Rows().Reverse())])) with
        { Split = recipe.Split };
        new DatasetBuilder().Build(turned, fixture.At("turned"));
        Ids(Path.Combine(fixture.At("turned"), "test")).ShouldBe(test, ignoreOrder: true);
    }

    [Fact]
    public void Split_ManySmallStrataOrTooFewRows_SharesHoldOrItSaysSo()
    {
        using var fixture = new DatasetFixture();
        var recipe = DatasetFixture.Recipe(new DatasetSource("task", [fixture.Write("a.jsonl", Rows())])) with
        { Split = new DatasetSplit { Validation = 0.1, Test = 0.05, StratifyBy = "id" } };
        fixture.Build(recipe).Parts.ShouldBe(
            new Dictionary<string, long> { ["validation"] = 20, ["test"] = 10 }, ignoreOrder: true);
        var few = recipe with { Sources = [new DatasetSource("task", [fixture.Write("b.jsonl", Rows().Take(3))])] };
        Should.Throw<DataInputException>(() => fixture.Build(few)).Code.ShouldBe("E-SPLIT");
    }

    [Fact]
    public void Split_Clusters_NeverStraddleParts()
    {
        using var fixture = new DatasetFixture();
        var clusters = fixture.Write(
            "removed.jsonl", Enumerable.Range(0, 200).Where(i => i % 5 != 0)
                .Select(i => (object)new { id = $"row-{i}", rule = "near", repeats = $"row-{i / 5 * 5}" }));
        fixture.Build(DatasetFixture.Recipe(new DatasetSource("task", [fixture.Write("a.jsonl", Rows())])) with
        { Split = new DatasetSplit { Validation = 0.25, Test = 0.25, Clusters = [clusters] } });
        int[][] parts =
            [.. new[] { fixture.Output, Path.Combine(fixture.Output, "validation"),
                Path.Combine(fixture.Output, "test") }
                .Select(folder => Ids(folder).Select(id => int.Parse(id[4..]) / 5).Distinct().ToArray())];
        parts.Select(part => part.Length).ShouldBe([20, 10, 10]);
        parts.SelectMany(part => part).Distinct().Count().ShouldBe(40);
    }

    [Fact]
    public void Split_IdsOfTheStages_DecideAndNearRowsStayOut()
    {
        using var fixture = new DatasetFixture();
        var listed = fixture.Write("test.jsonl", Rows().Take(10));
        var clusters = fixture.Write("removed.jsonl", [new { id = "row-50", rule = "near", repeats = "row-3" }]);
        var recipe = DatasetFixture.Recipe(new DatasetSource("task", [fixture.Write("a.jsonl", Rows())])) with
        { Split = new DatasetSplit { TestIds = [listed], Clusters = [clusters] } };
        var index = fixture.Build(recipe);
        Ids(Path.Combine(fixture.Output, "test"))
            .ShouldBe(Enumerable.Range(0, 10).Select(i => $"row-{i}"), ignoreOrder: true);
        index.Rows.ShouldBe(189);
        index.Accounting.Removed["near-held-out"].ShouldBe(1);
        Ids(fixture.Output).ShouldNotContain("row-50");
        fixture.Build(recipe).WasCached.ShouldBeTrue();
        fixture.Write("test.jsonl", Rows().Take(11));
        fixture.Build(recipe).WasCached.ShouldBeFalse();
        var both = recipe with { Split = new DatasetSplit { TestIds = [listed], ValidationIds = [listed] } };
        Should.Throw<DataInputException>(() => fixture.Build(both)).Code.ShouldBe("E-SPLIT");
    }

    [Fact]
    public void PreTokenised_Rows_KeptAsTheyAreAndChecked()
    {
        using var fixture = new DatasetFixture();
        var tokenizer = Pipeline.Data.Tokenizers.HuggingFaceTokenizer.Load(DatasetFixture.Model);
        int[] prompt = tokenizer.Encode("A question", addSpecialTokens: false),
            answer = [.. tokenizer.Encode("libs", addSpecialTokens: false), tokenizer.TokenToId("<|im_end|>")!.Value];
        int[] ids = [.. prompt, .. answer], labels = [.. prompt.Select(_ => -100), .. answer];
        fixture.Build(
            DatasetFixture.Recipe(
                new DatasetSource("task", [fixture.Write("a.jsonl", [new { id = "r", input_ids = ids, labels }])])));
        using (var dataset = SftDataset.Open(fixture.Output))
        {
            dataset.Read(0).Ids.ShouldBe(ids);
            dataset.Read(0).ToTokenRow().Labels.ShouldBe(labels);
        }

        void Refused(string code, int[] ids, int[] labels) =>
            Should.Throw<DataInputException>(
                () =>
                    fixture.Build(
                        DatasetFixture.Recipe(
                            new DatasetSource(
                                "task", [fixture.Write("b.jsonl", [new { id = "r", input_ids = ids, labels }])])))).Code
                .ShouldBe(code);
        Refused("E-LABEL-TERMINATOR", ids[..^1], labels[..^1]);
        Refused("E-LABEL-NONE", ids, [.. ids.Select(_ => -100)]);
        Refused("E-LABEL-VOCAB", [.. ids, 1_000_000], [.. labels, -100]);
    }

    [Fact]
    public void Preference_Rows_OnlyOnRequestAndThenTheChosenAnswers()
    {
        using var fixture = new DatasetFixture();
        var source = new DatasetSource(
            "pairs", [
                fixture.Write(
                    "a.jsonl", [new { id = "r", prompt = "Which one?", chosen = " libs", rejected = " doc" }])]);
        Should.Throw<DataInputException>(() => fixture.Build(DatasetFixture.Recipe(source))).Code.ShouldBe(
            "E-FMT-PREFERENCE");
        fixture.Build(DatasetFixture.Recipe(source with { Format = Pipeline.Data.Formats.DataFormat.Preference }));
        using var dataset = SftDataset.Open(fixture.Output);
        var row = dataset.Read(0);
        Pipeline.Data.Tokenizers.HuggingFaceTokenizer.Load(DatasetFixture.Model)
            .Decode([.. row.Ids.Where((_, i) => row.Weights[i] > 0)], skipSpecialTokens: true).Trim().ShouldBe("libs");
    }
}
