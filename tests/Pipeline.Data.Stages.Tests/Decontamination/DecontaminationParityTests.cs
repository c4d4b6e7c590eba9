using System.Text;
using System.Text.Json;
using Pipeline.Data.Decontamination;
using Pipeline.Data.Dedup;

namespace Pipeline.Data.Tests.Decontamination;

public sealed class DecontaminationParityTests
{
    private static readonly JsonElement Root =
        JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require("dedup/decontamination.json"))).RootElement;

    private static readonly List<EvaluationItem> Items = [.. Root.GetProperty("eval").EnumerateArray().Select(item =>
        new EvaluationItem("gate", item.GetProperty("id").GetString()!,
            item.GetProperty("question").GetString() + " " + item.GetProperty("answer").GetString()))];

    [Theory]
    [InlineData(13, false, "hits_13")]
    [InlineData(8, false, "hits_8")]
    [InlineData(13, true, "hits_13_short_items_whole")]
    public void Find_EveryTrainingText_MatchesHits(int n, bool whole, string name)
    {
        var (index, text, hits) = (new NGramIndex(Items, [n], whole, 1), new WordText(), new List<NGramHit>());
        var expected = Root.GetProperty(name).EnumerateArray()
            .ToDictionary(hit => hit.GetProperty("train").GetString()!);
        foreach (var row in Root.GetProperty("train").EnumerateArray())
        {
            text.Load(Encoding.UTF8.GetBytes(row.GetProperty("text").GetString()!));
            index.Find(text, hits);
            if (!expected.TryGetValue(row.GetProperty("id").GetString()!, out var hit))
            {
                hits.ShouldBeEmpty();
                continue;
            }

            hits.Count.ShouldBe(hit.GetProperty("matches").GetInt32());
            hits.Select(found => Items[found.Item].Id).Distinct().Order(StringComparer.Ordinal)
                .ShouldBe(hit.GetProperty("eval").EnumerateArray().Select(id => id.GetString()!));
            hits[0].WordIndex.ShouldBe(hit.GetProperty("first_word_index").GetInt32());
            Encoding.UTF8.GetString(text.Slice(hits[0].WordIndex, hits[0].Words))
                .ShouldBe(hit.GetProperty("first_ngram").GetString());
        }

        Fixtures.Compared("dedup/decontamination " + name, expected.Count);
    }

    [Fact]
    public async Task S1_16_PlantedItems_AllRemovedNamedAndGateSetsDemanded()
    {
        using var folder = new TempDirectory();
        File.WriteAllLines(folder.Combine("in.jsonl"), Root.GetProperty("train").EnumerateArray()
            .Select(row =>
                JsonSerializer.Serialize(
                    new { id = row.GetProperty("id").GetString(), text = row.GetProperty("text").GetString() })));
        var stage = new DecontaminationStage(new DecontaminationOptions { MinimumWords = 1 });
        var summary = await stage.RunAsync([folder.Combine("in.jsonl")], Items, folder.Combine("out"));
        summary.Rows.RemovedTotal.ShouldBe(Root.GetProperty("hits_13_short_items_whole").GetArrayLength());
        File.ReadAllText(folder.Combine("out", "removed.jsonl")).ShouldContain("\"task\":\"gate\",\"item\":\"q000\"");

        // I-13: nothing is left to find.
        var second = await stage.RunAsync([folder.Combine("out", "rows.jsonl")], Items, folder.Combine("again"));
        second.Rows.RemovedTotal.ShouldBe(0);

        summary.Require(new Dictionary<string, string> { ["gate"] = DecontaminationStage.DigestOf(Items) });
        Should.Throw<InvalidDataException>(
            () =>
                summary.Require(
                    new Dictionary<string, string> { ["gate"] = DecontaminationStage.DigestOf(Items.Skip(1)) })).Message
            .ShouldContain("gate");
        Should.Throw<InvalidDataException>(
            () => summary.Require(new Dictionary<string, string> { ["new"] = "x" })).Message.ShouldContain("new");
    }

    [Fact]
    public async Task RunAsync_Rules_TheNarrowestIsNamed()
    {
        using var folder = new TempDirectory();
        const string Item = "Which package holds the compiler that most other packages of the archive are built with";
        string[] texts =
        [
            Item, "WHICH package holds the compiler, that most other packages of the archive are built with?",
            "Before it: " + Item + " and after.",
            "it asks which package holds the compiler that most other programs need", "No.",
            "Nothing in common with the item at all",
        ];
        File.WriteAllLines(folder.Combine("in.jsonl"),
            texts.Select((text, i) => JsonSerializer.Serialize(new { id = $"r{i}", text })));
        EvaluationItem[] items = [new("gate", "q", Item), new("gate", "short", "No.")];
        var summary = await new DecontaminationStage(new DecontaminationOptions { NGrams = [13, 8] })
            .RunAsync([folder.Combine("in.jsonl")], items, folder.Combine("out"));
        summary.Rows.Removed.ShouldBe(
            new Dictionary<string, long>
            {
                ["exact:gate"] = 2,
                ["normalised:gate"] = 1,
                ["ngram-13:gate"] = 1,
                ["ngram-8:gate"] = 1
            }, ignoreOrder: true);
        File.ReadAllLines(folder.Combine("out", "removed.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("rule").GetString())
            .ShouldBe(["exact", "normalised", "ngram-13", "ngram-8", "exact"]);
        File.ReadAllText(folder.Combine("out", "rows.jsonl")).ShouldContain("r5");
        var only13 = await new DecontaminationStage(new DecontaminationOptions())
            .RunAsync([folder.Combine("in.jsonl")], items, folder.Combine("other"));
        only13.Rows.RemovedTotal.ShouldBe(4);
        only13.Digest.ShouldNotBe(summary.Digest);
    }

    [Fact]
    public async Task S1_16_ItemsOfEveryLayout_AreFoundInTheFormsThatTheyLeakIn()
    {
        using var folder = new TempDirectory();
        Directory.CreateDirectory(folder.Combine("mmlu", "test"));
        const string Question = "Which gas do plants take in for photosynthesis?";
        File.WriteAllText(folder.Combine("mmlu", "test", "biology_test.csv"),
            $"\"{Question}\",Oxygen,\"Carbon, as dioxide\",Helium,Neon,B\nWhat is two and two?,3,4,5,6,B\n");
        File.WriteAllText(folder.Combine("task.jsonl"),
            "{\"messages\":[{\"role\":\"user\",\"content\":\"name the section of the package foo please\"},"
                + "{\"role\":\"assistant\",\"content\":\"it is in libs\"}]}\n\n");
        File.WriteAllText(folder.Combine("judge.jsonl"),
            "{\"prompt\":\"Rate the answer below from one to ten for being helpful\"}\n");
        object[] rows =
        [
            new { id = "asked", text = $"Q: {Question} Think first." },
            new { id = "lettered", text = "what is two and two\nA) 3\nB) 4\nC) 5\nD) 6\nAnswer: B" },
            new
            {
                id = "parted", messages = new object[]
                {
                    new { role = "user", content = "Please: NAME the section, of the package 'foo' please" },
                    new { role = "assistant", content = "It is in libs." },
                }
            },
            new { id = "judge", text = "Rate the answer below, from one to ten, for being helpful!" },
            new { id = "fine", text = "two and two is what many children add first" },
        ];
        File.WriteAllLines(folder.Combine("in.jsonl"), rows.Select(row => JsonSerializer.Serialize(row)));
        EvaluationItem[] items = [.. EvaluationItems.Read(folder.Combine("mmlu")),
            .. EvaluationItems.Read(folder.Combine("task.jsonl")),
            .. EvaluationItems.Read(folder.Combine("judge.jsonl"))];
        var summary = await new DecontaminationStage(new DecontaminationOptions { NGrams = [13, 8] })
            .RunAsync([folder.Combine("in.jsonl")], items, folder.Combine("out"));
        File.ReadAllText(folder.Combine("out", "rows.jsonl")).ShouldBe(JsonSerializer.Serialize(rows[^1]) + "\n");
        File.ReadLines(folder.Combine("out", "removed.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(row => row.GetProperty("hits").EnumerateArray().Single())
            .Select(hit => $"{hit.GetProperty("task").GetString()} {hit.GetProperty("item").GetString()}")
            .ShouldBe(["biology_test 1", "biology_test 2", "task 1", "judge 1"]);
        summary.GateSets.Keys.ShouldBe(["biology_test", "judge", "task"]);
        summary.SkippedItems.ShouldBe(0);
    }

    [Theory]
    [InlineData("gate.jsonl", "", "no evaluation items")]
    [InlineData("gate.jsonl", "{\"other\":1}", "gate.jsonl:1: neither a text 'question' nor any of content")]
    [InlineData("gate.jsonl", "[1]", "gate.jsonl:1: not a JSON object")]
    [InlineData("gate.csv", "only,two\n", "gate.csv:1: fewer than 4 columns")]
    public void B33_FileWithoutItems_IsNamedWithTheLine(string name, string content, string message)
    {
        using var folder = new TempDirectory();
        File.WriteAllText(folder.Combine(name), content);
        Should.Throw<InvalidDataException>(() => EvaluationItems.Read(folder.Combine(name))).Message
            .ShouldContain(message);
        Should.Throw<FileNotFoundException>(() => EvaluationItems.Read(folder.Combine("absent.jsonl")));
    }

    [Fact]
    public async Task B33_ItemWithoutText_IsNamed()
    {
        using var folder = new TempDirectory();
        File.WriteAllText(folder.Combine("in.jsonl"), "{\"id\":1,\"text\":\"x\"}\n");
        var error = await Should.ThrowAsync<InvalidDataException>(() =>
            new DecontaminationStage(new DecontaminationOptions())
                .RunAsync([folder.Combine("in.jsonl")], [new("gate", "q7", " ")], folder.Combine("out")));
        error.Message.ShouldContain("q7");
    }

    [Fact]
    public async Task B33_NoEvaluationItems_IsRefused()
    {
        using var folder = new TempDirectory();
        File.WriteAllText(folder.Combine("in.jsonl"), "{\"id\":1,\"text\":\"x\"}\n");
        var stage = new DecontaminationStage(new DecontaminationOptions());
        (await Should.ThrowAsync<InvalidDataException>(
            () => stage.RunAsync([folder.Combine("in.jsonl")], [], folder.Combine("out")))).Message.ShouldContain(
            "no evaluation items");
    }
}
