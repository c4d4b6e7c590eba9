using System.Security.Cryptography;
using Pipeline.Data.Building;
using Pipeline.Data.Packing;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Text.Tests.Building;

public sealed class TokenShardTests
{
    private static List<TokenRow> Rows(int vocabulary, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 50).Select(_ =>
        {
            var lengths = Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, 30)).ToArray();
            var ids = Enumerable.Range(0, lengths.Sum()).Select(_ => random.Next(vocabulary)).ToArray();
            return new TokenRow(ids, [.. ids.Select(id => random.Next(2) == 0 ? id : TokenRow.Ignored)], lengths);
        })];
    }

    [Theory]
    [InlineData(6000)]
    [InlineData(65_536)]
    [InlineData(151_936)]
    public void Write_AnyVocabulary_ReadsBackEqual(int vocabulary)
    {
        using var folder = new TempDirectory();
        var rows = Rows(vocabulary, vocabulary);
        var info = TokenShardWriter.Write(folder.Combine("a.bin"), rows, vocabulary);
        using var reader = TokenShardReader.Open(folder.Combine("a.bin"));
        reader.Rows.ShouldBe(50);
        for (var i = 49; i >= 0; i--)
        {
            var row = reader.Read(i);
            row.InputIds.ShouldBe(rows[i].InputIds);
            row.Labels.ShouldBe(rows[i].Labels);
            row.SequenceLengths.ShouldBe(rows[i].SequenceLengths);
        }

        info.Tokens.ShouldBe(rows.Sum(r => r.InputIds.Length));
        info.SupervisedTokens.ShouldBe(rows.Sum(r => r.Labels.Count(l => l != TokenRow.Ignored)));
        info.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(folder.Combine("a.bin")))));
    }

    [Fact]
    public void Write_SameRows_SameBytesAndNeverOverwrites()
    {
        using var folder = new TempDirectory();
        var first = TokenShardWriter.Write(folder.Combine("a.bin"), Rows(100, 1), 100);
        TokenShardWriter.Write(folder.Combine("b.bin"), Rows(100, 1), 100).Sha256.ShouldBe(first.Sha256);
        TokenShardWriter.Write(folder.Combine("c.bin"), Rows(100, 2), 100).Sha256.ShouldNotBe(first.Sha256);
        Should.Throw<IOException>(() => TokenShardWriter.Write(folder.Combine("a.bin"), Rows(100, 1), 100));
    }

    [Theory]
    [InlineData(new[] { 1, 7 }, new[] { 1, 7 }, null)]
    [InlineData(new[] { 1, 2 }, new[] { 1, 3 }, null)]
    [InlineData(new[] { 1, 2 }, new[] { 1 }, null)]
    [InlineData(new[] { 1, 2 }, new[] { 1, 2 }, new[] { 1 })]
    public void Write_InconsistentRow_RefusedByRow(int[] ids, int[] labels, int[]? lengths)
    {
        using var folder = new TempDirectory();
        Should.Throw<DataInputException>(
            () =>
                TokenShardWriter.Write(folder.Combine("a.bin"),
                    [new TokenRow([1], [1]), new TokenRow(ids, labels, lengths)], 7)).Message.ShouldContain("row 1");
        File.Exists(folder.Combine("a.bin")).ShouldBeFalse();
    }

    [Fact]
    public void Open_TruncatedOrForeignFile_Refused()
    {
        using var folder = new TempDirectory();
        TokenShardWriter.Write(folder.Combine("a.bin"), Rows(100, 1), 100);
        var bytes = File.ReadAllBytes(folder.Combine("a.bin"));
        foreach (var content in (byte[][])[bytes[..^1], [.. bytes, 0], bytes[..30], [], [0, .. bytes[1..]]])
        {
            File.WriteAllBytes(folder.Combine("b.bin"), content);
            Should.Throw<DataInputException>(() => TokenShardReader.Open(folder.Combine("b.bin"))).Code.ShouldBe(
                "E-SHARD-FORMAT");
        }
    }
}
