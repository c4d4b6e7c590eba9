using System.Text;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Tests.Stages;

public sealed class RowLedgerTests
{
    [Theory]
    [InlineData("""{"_id":"a/b.jsonl:12","x":1}""", "a/b.jsonl"), InlineData("""{ "_id" : "a:b:3", "x":1}""", "a:b")]
    [InlineData("""{"_id":"\u00fc.csv:7"}""", "ü.csv"), InlineData("""{"_id":"ü.csv:7"}""", "ü.csv")]
    [InlineData("""{"_id":"a\"b:7"}""", "a\"b"), InlineData("""{"_id":"a.jsonl:3","x":""", "a.jsonl")]
    // No key: another form, a number, not the first field, a field inside another one, another name, or nothing that
    // can be read.
    [InlineData("""{"_id":"a:b"}""", ""), InlineData("""{"_id":":1"}""", ""), InlineData("""{"_id":"a:"}""", "")]
    [InlineData("""{"_id":5}""", ""), InlineData("""{"x":{"_id":"a:1"}}""", ""), InlineData("""{"x":1,"_id":"a:1"}""", "")]
    [InlineData("""{"id":"a:1"}""", "")]
    [InlineData("""["_id"]""", ""), InlineData("""{"_id" "a:1"}""", ""), InlineData("""{"_id": "a:1""", ""), InlineData("", "")]
    public void KeyOf_Row_IsTheObjectThatIngestTookItFrom(string row, string key) =>
        Encoding.UTF8.GetString(RowOrigin.KeyOf(Encoding.UTF8.GetBytes(row))).ShouldBe(key);

    [Fact]
    public void Close_RowsOfAnObjectAreLost_NamesTheObject()
    {
        var ledger = new RowLedger(["in.jsonl"]);
        ledger.Take(Row("a:1"));
        ledger.Keep();
        ledger.Take(Row("b:1"));
        Should.Throw<RowAccountingException>(() => ledger.Close("dedup")).Message
            .ShouldStartWith("dedup: rows do not add up: in 2, out 1");

        // In total it adds up, but a row of b was written as one of a.
        ledger.Select(Row("a:1"));
        ledger.Keep();
        Should.Throw<RowAccountingException>(() => ledger.Close("dedup")).Message
            .ShouldStartWith("dedup, object 'a': rows do not add up: in 1, out 2");
        var rows = new RowAccounting { In = 3, Out = 3 };
        rows.Objects = new() { ["a"] = new RowAccounting { In = 1, Out = 1 } };
        Should.Throw<RowAccountingException>(() => rows.Check("split")).Message
            .ShouldContain("1 objects do not add up to those of the stage: in 1");
    }

    [Fact]
    public void Close_MoreObjectsThanAreToldApart_TheSameOnesInAnyOrder()
    {
        var random = new Random(3);
        string[] ids = [.. Enumerable.Range(0, 400).Select(i => $"o{random.Next(60):00}:{i}")];
        string? first = null;
        for (var round = 0; round < 5; round++)
        {
            random.Shuffle(ids);
            var ledger = new RowLedger(["in.jsonl"], most: 20);
            foreach (var id in ids)
            {
                ledger.Take(Row(id));
                if (id[^1] is '1' or '2')
                {
                    ledger.Remove($"rule-{id[^1]}");
                }
                else
                {
                    ledger.Keep();
                }
            }

            var rows = ledger.Close("test");
            rows.Objects!.Keys.ShouldBe(
                ids.Select(id => id[..3]).Distinct().Order(StringComparer.Ordinal).Take(20));
            rows.Objects!["o07"].In.ShouldBe(ids.Count(id => id.StartsWith("o07:", StringComparison.Ordinal)));
            rows.OtherObjects!.In.ShouldBe(400 - rows.Objects.Values.Sum(item => item.In));
            var all = System.Text.Json.JsonSerializer.Serialize(rows);
            all.ShouldBe(first ??= all);
        }
    }

    [Fact]
    public void Rename_Rule_InTotalAndForEachObject()
    {
        var ledger = new RowLedger(["in.jsonl"]);
        ledger.Take(Row("a:1"));
        ledger.Remove("history");
        ledger.Rows.Objects.ShouldBeNull();
        var rows = ledger.Close("dedup");
        rows.Rename("history", "held-out");
        rows.Check("dedup").Objects!["a"].Removed.ShouldBe(new SortedDictionary<string, long> { ["held-out"] = 1 });
    }

    private static RowLine Row(string id) => new(Encoding.UTF8.GetBytes($$"""{"_id":"{{id}}"}"""), 0, 1, 0);
}
