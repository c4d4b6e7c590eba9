using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Text.Tests.Readers;

public sealed class RowReaderBadInputTests
{
    private static (List<SourceRow> Rows, QuarantineLog Log) Read(
        string name, byte[] content, ReaderOptions? options = null)
    {
        var log = new QuarantineLog(1_000, 1.0);
        var rows = RowReader.Read(
            new RowSource(name, () => new MemoryStream(content)), options ?? new ReaderOptions(), log).ToList();
        return (rows, log);
    }

    private static (List<SourceRow> Rows, QuarantineLog Log) Read(
        string name, string content, ReaderOptions? options = null) =>
        Read(name, Encoding.UTF8.GetBytes(content), options);

    private static DataInputException Refused(string name, byte[] content, ReaderOptions? options = null) =>
        Should.Throw<DataInputException>(() => Read(name, content, options));

    [Fact]
    public void B01_NotJsonAndHalfLine_QuarantinedWithLineAndOffset()
    {
        var (rows, log) = Read("a.jsonl", "{\"a\":1}\n{\"a\":}\n{\"a\":2}\n{\"a\":");
        rows.Select(r => (r.Line, r.ByteOffset)).ShouldBe([(1, 0), (3, 15)]);
        log.Rows.Select(r => (r.Line, r.Code)).ShouldBe([(2, "E-ROW-JSON"), (4, "E-ROW-JSON")]);
        log.Rows[0].ByteOffset.ShouldBeInRange(8, 14);
        log.Rows[1].Reason.ShouldContain("was the file truncated?");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    [InlineData("\n\n \n")]
    public void B02_NoRows_EmptySourceNamedAndAllEmptyFails(string content)
    {
        var (rows, log) = Read("empty.jsonl", content);
        rows.ShouldBeEmpty();
        log.EmptySources.ShouldBe(["empty.jsonl"]);
        var fault = Should.Throw<DataInputException>(log.EnsureWithinBudget);
        fault.Code.ShouldBe("E-ING-EMPTY");
        fault.Message.ShouldContain("empty.jsonl");
    }

    [Theory]
    [InlineData(new byte[] { 0xC3, 0x28 }, "E-ROW-UTF8")]
    [InlineData(new byte[] { 0xC0, 0xAF }, "E-ROW-UTF8")]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, "E-ROW-UTF8")]
    [InlineData(new byte[] { (byte)'\\', (byte)'u', (byte)'d', (byte)'8', (byte)'0', (byte)'0' }, "E-ROW-SURROGATE")]
    [InlineData(new byte[] { (byte)'\\', (byte)'u', (byte)'D', (byte)'C', (byte)'0', (byte)'0' }, "E-ROW-SURROGATE")]
    [InlineData(new byte[] { (byte)'\\', (byte)'u', (byte)'0', (byte)'0', (byte)'0', (byte)'0' }, "E-ROW-NUL")]
    [InlineData(new byte[] { 0 }, "E-ROW-JSON")]
    public void B03_BadCharacters_QuarantinedNeverReplaced(byte[] inside, string code)
    {
        byte[] content = [.. "{\"a\":\""u8, .. inside, .. "\"}\n{\"b\":\"\\ud83d\\ude00\"}\n"u8];
        var (rows, log) = Read("a.jsonl", content);
        log.Rows.ShouldHaveSingleItem().Code.ShouldBe(code);
        log.Rows[0].ByteOffset.ShouldBeGreaterThanOrEqualTo(5);
        rows.ShouldHaveSingleItem().Line.ShouldBe(2);
    }

    [Fact]
    public void B04_ByteOrderMarkAndCrLf_AreFine()
    {
        var (rows, log) = Read("a.jsonl", "\uFEFF{\"a\":1}\r\n{\"a\":2}\r\n");
        rows.Select(r => Encoding.UTF8.GetString(r.Utf8.Span)).ShouldBe(["{\"a\":1}", "{\"a\":2}"]);
        log.Rows.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("utf-16", "UTF-16LE")]
    [InlineData("utf-16BE", "UTF-16BE")]
    [InlineData("utf-32", "UTF-32LE")]
    public void B04_WideEncodings_MessageNamesEncodingAndCommand(string encoding, string name)
    {
        var coding = Encoding.GetEncoding(encoding);
        foreach (var withMark in (bool[])[true, false])
        {
            var bytes = coding.GetBytes("{\"a\":1}\n");
            var fault = Refused("a.jsonl", withMark ? [.. coding.GetPreamble(), .. bytes] : bytes);
            fault.Code.ShouldBe("E-ING-ENCODING");
            fault.Message.ShouldContain($"iconv -f {name} -t UTF-8");
        }
    }

    [Fact]
    public void B05_LongLine_SkippedWhileStreamingWithFlatMemory()
    {
        var log = new QuarantineLog(10, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var source = new RowSource("big.jsonl",
            () => new RepeatingStream("{\"a\":\""u8.ToArray(), 256L << 20, "\"}\n{\"b\":1}\n"u8.ToArray()));
        var rows = RowReader.Read(source, new ReaderOptions { MaxRowBytes = 1 << 20 }, log).ToList();
        rows.ShouldHaveSingleItem().Line.ShouldBe(2);
        log.Rows.ShouldHaveSingleItem().Code.ShouldBe("E-ROW-SIZE");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(16 << 20);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void B06_DeepNesting_Quarantined(string open, string close)
    {
        var deep = "{\"x\":" + string.Concat(Enumerable.Repeat(open, 100_000)) + "1"
            + string.Concat(Enumerable.Repeat(close, 100_000)) + "}\n";
        var (rows, log) = Read("a.jsonl", deep + "{\"x\":" + new string('[', 63) + new string(']', 63) + "}\n");
        log.Rows.ShouldHaveSingleItem().Code.ShouldBe("E-ROW-DEPTH");
        rows.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("{\"role\":\"user\",\"role\":\"system\"}")]
    [InlineData("{\"a\":{\"b\":1,\"\\u0062\":2}}")]
    [InlineData("{\"a\":[{\"b\":1},{\"b\":1,\"b\":1}]}")]
    public void B07_DuplicateKeys_Quarantined(string row)
    {
        var many = "{" + string.Join(",", Enumerable.Range(0, 40).Append(3).Select(i => $"\"k{i}\":1")) + "}";
        var (rows, log) =
            Read("a.jsonl", row + "\n" + many + "\n{\"a\":{\"b\":1},\"b\":2,\"c\":[{\"b\":1},{\"b\":1}]}\n");
        log.Rows.Select(r => r.Code).ShouldBe(["E-ROW-DUPLICATE-KEY", "E-ROW-DUPLICATE-KEY"]);
        rows.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("1e999", false, "E-ROW-NUMBER")]
    [InlineData("-1e999", false, "E-ROW-NUMBER")]
    [InlineData("9223372036854775808", false, "E-ROW-NUMBER")]
    [InlineData("NaN", false, "E-ROW-JSON")]
    [InlineData("Infinity", false, "E-ROW-JSON")]
    [InlineData("-0", false, null)]
    [InlineData("9007199254740993", false, null)]
    [InlineData("9007199254740993", true, "E-ROW-NUMBER")]
    public void B08_Numbers_OutOfRangeIsQuarantined(string number, bool exact, string? code)
    {
        var (_, log) = Read("a.jsonl", $"{{\"a\":{number}}}\n", new ReaderOptions { RefuseInexactIntegers = exact });
        log.Rows.Select(r => r.Code).ShouldBe(code is null ? [] : [code]);
    }

    [Fact]
    public void B09_ArrayInsteadOfLines_SaysSo()
    {
        var fault = Refused("a.jsonl", Encoding.UTF8.GetBytes("[\n {\"a\":1},\n {\"a\":2}\n]"));
        fault.Code.ShouldBe("E-ING-FORMAT");
        fault.Message.ShouldContain("--format json");
        Read("a.json", "[\n {\"a\":1},\n {\"a\":[\"]\\\"\"]}\n]").Rows.Select(r => r.Line).ShouldBe([2, 3]);
    }

    [Fact]
    public void B12_GzipBomb_RefusedByRatio()
    {
        using var zeros = new MemoryStream();
        using (var gzip = new GZipStream(zeros, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var block = new byte[1 << 20];
            for (var i = 0; i < 64; i++) gzip.Write(block);
        }

        Refused("a.jsonl.gz", zeros.ToArray()).Code.ShouldBe("E-ING-BOMB");
    }

    [Fact]
    public void B12_ZstandardBomb_RefusedByRatio()
    {
        // RFC 8878: a frame with a window of 128 KiB and blocks that repeat one byte, four bytes for each 128 KiB.
        var frame = new List<byte> { 0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38 };
        const int Blocks = 4096;
        for (var block = 0; block < Blocks; block++)
        {
            var header = (block == Blocks - 1 ? 1 : 0) | (1 << 1) | ((1 << 17) << 3);
            frame.AddRange([(byte)header, (byte)(header >> 8), (byte)(header >> 16), (byte)'x']);
        }

        Refused("a.jsonl.zst", [.. frame]).Code.ShouldBe("E-ING-BOMB");
    }

    [Theory]
    [InlineData("rows.zip"), InlineData("rows.jsonl"), InlineData("rows.jsonl.gz")]
    public void B12_Zip_IsNamedAndNeverOpened(string name)
    {
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("rows.jsonl").Open();
            entry.Write(new byte[8 << 20]);
        }

        byte[] content = archive.ToArray();
        if (name.EndsWith(".gz", StringComparison.Ordinal))
        {
            using var outer = new MemoryStream();
            using (var gzip = new GZipStream(outer, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
            content = outer.ToArray();
        }

        Refused(name, content).Message.ShouldContain("zip");
    }

    [Theory]
    [InlineData("../../x"), InlineData("/etc/x"), InlineData("C:\\x"), InlineData("rows.jsonl")]
    public void B14_Archive_IsRefusedWholeWhateverItsEntriesAreCalled(string entry)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(
                new UstarTarEntry(TarEntryType.RegularFile, entry)
                {
                    DataStream = new MemoryStream("{}\n"u8.ToArray()),
                });
        }

        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var content = archive.CreateEntry(entry).Open();
            content.Write("{}\n"u8);
        }

        foreach (var name in (string[])["rows.jsonl", "rows.txt", "rows.tar"])
        {
            Refused(name, tar.ToArray()).Message.ShouldContain("tar archive");
            Refused(name, zip.ToArray()).Message.ShouldContain("zip archive");
        }
    }

    [Fact]
    public void B12_GzipMembers_ManyAcceptedTrailingBytesRefused()
    {
        var members = Enumerable.Range(0, 50)
            .SelectMany(i => Gzip(i % 7 == 3 ? string.Empty : $"{{\"a\":\"{new string('x', i * 997)}\"}}\n")).ToArray();
        Read("a.jsonl.gz", members).Rows.Count.ShouldBe(43);
        var fault = Refused("a.jsonl.gz", [.. members, .. "garbage!"u8]);
        fault.Code.ShouldBe("E-ING-GZIP");
        fault.Message.ShouldContain($"byte {members.Length}");
        Refused("a.jsonl.gz", members[..^6]).Code.ShouldBe("E-ING-GZIP");
        members[^5] ^= 1;
        Refused("a.jsonl.gz", members).Code.ShouldBe("E-ING-GZIP");
    }

    [Fact]
    public void B12_NestedGzip_Named()
    {
        using var outer = new MemoryStream();
        using (var gzip = new GZipStream(outer, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Gzip("{\"a\":1}\n"));
        Refused("a.jsonl.gz", outer.ToArray()).Message.ShouldContain("gzip");
    }

    [Theory]
    [InlineData(new byte[] { 0x1F, 0x8B, 8, 0 }, "gzip")]
    [InlineData(new byte[] { 0x80, 4, 0x95, 1 }, "pickle")]
    [InlineData(new byte[] { 0x7F, 0x45, 0x4C, 0x46 }, "ELF")]
    [InlineData(new byte[] { 0x50, 0x4B, 3, 4 }, "zip")]
    [InlineData(new byte[] { (byte)'<', (byte)'h', (byte)'t', (byte)'m', (byte)'l', (byte)'>' }, "HTML")]
    [InlineData(new byte[] { 0x50, 0x41, 0x52, 0x31 }, "Parquet")]
    public void B13_WrongExtension_ContentNamed(byte[] content, string name)
    {
        var fault = Refused("rows.jsonl", content);
        fault.Code.ShouldBe("E-ING-CONTENT");
        fault.Message.ShouldContain(name);
    }

    [Fact]
    public void Budget_TooManyBadRows_FailsWithReasons()
    {
        var log = new QuarantineLog(1_000, 0.01);
        var content = string.Concat(Enumerable.Range(0, 50).Select(_ => "{\"a\":1}\n")) + "nope\n";
        RowReader.Read(new RowSource("a.jsonl", () => new MemoryStream(Encoding.UTF8.GetBytes(content))),
            new ReaderOptions(), log).Count().ShouldBe(50);
        var fault = Should.Throw<DataInputException>(log.EnsureWithinBudget);
        fault.Code.ShouldBe("E-ING-BUDGET");
        fault.Message.ShouldContain("E-ROW-JSON: 1");
        fault.Message.ShouldContain("a.jsonl:51");
    }

    private static byte[] Gzip(string text)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return result.Length > 0
            ? result.ToArray() : [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    }
}
