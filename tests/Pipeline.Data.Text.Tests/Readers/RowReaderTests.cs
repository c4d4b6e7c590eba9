using System.Text;
using DuckDB.NET.Data;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Text.Tests.Readers;

public sealed class RowReaderTests
{
    private static List<SourceRow> Read(string name, byte[] content, QuarantineLog? log = null) =>
        RowReader.Read(new RowSource(name, () => new MemoryStream(content)), new ReaderOptions(),
            log ?? new QuarantineLog()).ToList();

    private static string[] Texts(IEnumerable<SourceRow> rows) =>
        rows.Select(r => Encoding.UTF8.GetString(r.Utf8.Span)).ToArray();

    [Fact]
    public void Csv_QuotesAndLineEnds_BecomeStrings()
    {
        var rows = Read("a.csv", "name;text\n\"a;b\";\"line 1\r\nline \"\"2\"\"\"\r\nc;é\n"u8.ToArray());
        Texts(rows)
            .ShouldBe(
                ["{\"name\":\"a;b\",\"text\":\"line 1\\r\\nline \\\"2\\\"\"}", "{\"name\":\"c\",\"text\":\"é\"}"]);
        rows.Select(r => (r.Line, r.ByteOffset)).ShouldBe([(2, 10), (4, 38)]);
    }

    [Fact]
    public void Csv_BadRecords_AreQuarantined()
    {
        var log = new QuarantineLog(10, 1);
        Read("a.csv", "x,y\n1\n1,2\n\"1\"2,3\n\"open,"u8.ToArray(), log).Count.ShouldBe(1);
        log.Rows.Select(r => (r.Line, r.Code)).ShouldBe([(2, "E-ROW-COLUMNS"), (4, "E-ROW-CSV"), (5, "E-ROW-CSV")]);
        Should.Throw<DataInputException>(() => Read("b.csv", "x,x\n1,2\n"u8.ToArray())).Code.ShouldBe("E-ING-HEADER");
    }

    [Fact]
    public void Text_OneDocumentALine_EmptyLinesSkipped() =>
        Texts(Read("a.txt", "one\n\n\"two\" é\n"u8.ToArray()))
            .ShouldBe(["{\"text\":\"one\"}", "{\"text\":\"\\\"two\\\" é\"}"]);

    [Fact]
    public void JsonArray_BadElement_QuarantinedTheRestKept()
    {
        var log = new QuarantineLog(10, 1);
        Texts(Read("a.json", "[{\"a\":1},3,{\"a\":1,\"a\":2},\n{\"b\":\"[}\"}]\n"u8.ToArray(), log))
            .ShouldBe(["{\"a\":1}", "{\"b\":\"[}\"}"]);
        log.Rows.Select(r => r.Code).ShouldBe(["E-ROW-OBJECT", "E-ROW-DUPLICATE-KEY"]);
        Should.Throw<DataInputException>(() => Read("b.json", "[{\"a\":1},"u8.ToArray(), log)).Message.ShouldContain(
            "truncated");
    }

    [Fact]
    public void Zstd_RoundTrip_ReadsRows()
    {
        using var folder = new TempDirectory();
        var path = folder.Combine("a.jsonl.zst");
        byte[] frame = Convert.FromHexString("28b52ffd0458410000" + "7b2261223a317d0a");
        File.WriteAllBytes(path, frame);
        Should.Throw<DataInputException>(() => RowReader.ReadFiles([path]).ToList()).Code.ShouldStartWith("E-ING-ZSTD");
        File.WriteAllBytes(path, Convert.FromHexString("28b52ffd2008410000" + "7b2261223a317d0a"));
        Texts(RowReader.ReadFiles([path])).ShouldBe(["{\"a\":1}"]);
    }

    [Fact]
    public void Parquet_NestedColumns_AreJsonInFileOrder()
    {
        using var folder = new TempDirectory();
        var path = folder.Combine("a.parquet");
        DuckDbLibrary.EnsureLoaded();
        using (var connection = new DuckDBConnection("DataSource=:memory:"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText =
                $"COPY (SELECT range AS id, [{{'role': 'user', 'content': 'é ' || range}}] AS messages FROM "
                    + $"range(2500)) TO '{path}' (FORMAT parquet)";
            command.ExecuteNonQuery();
        }

        var rows = RowReader.ReadFiles([path]).ToList();
        rows.Count.ShouldBe(2500);
        Texts(rows)[2499].ShouldBe("{\"id\":2499,\"messages\":[{\"role\":\"user\",\"content\":\"é 2499\"}]}");
        rows[2499].Line.ShouldBe(2500);
        File.WriteAllText(folder.Combine("b.parquet"), "no");
        Should.Throw<DataInputException>(
            () => RowReader.ReadFiles([folder.Combine("b.parquet")]).ToList()).Code.ShouldBe("E-ING-CONTENT");
    }
}
