using System.Text;
using Pipeline.Data.Dedup;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Tests.Dedup;

/// <summary>The fast paths of deduplication give what the plain definition gives.</summary>
public sealed class KeyStructuresTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1L, 0), InlineData(1L << 14, 0), InlineData(64L << 20, 0), InlineData(1L << 14, 60)]
    public void SpillSorter_AnyBudgetAndSkew_GivesEveryPairInOrder(long budget, int sharedBits)
    {
        var random = new Random(5);
        using var sorter = new SpillSorter(_folder.Path, budget);
        var pairs = Enumerable.Range(0, 40_000)
            .Select(i => (Key: (ulong)random.NextInt64() << 1 >> sharedBits, Item: i)).ToList();
        pairs.ForEach(pair => sorter.Add(pair.Key, pair.Item));
        (sorter.Runs > 0).ShouldBe(budget < 1 << 20);
        for (var again = 0; again < 2; again++)
        {
            var sorted = sorter.Sorted().ToList();
            sorted.Select(pair => pair.Key).ShouldBeInOrder();
            sorted.Order().ShouldBe(pairs.Order());
        }
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(24), InlineData(25), InlineData(700), InlineData(100_000)]
    public void HashSorter_AnyLengthAndSkew_SortsLikeTheGeneralSort(int count)
    {
        var (random, sorter) = (new Random(count), new HashSorter());
        foreach (var sharedBits in (int[])[0, 20, 60, 64])
        {
            var hashes = Enumerable.Range(0, count)
                .Select(_ => sharedBits == 64 ? 7UL : (ulong)random.NextInt64() << 1 >> sharedBits).ToArray();
            var expected = hashes.Order().ToArray();
            sorter.Sort(hashes);
            hashes.ShouldBe(expected);
        }
    }

    [Fact]
    public void WordText_RandomAscii_EqualsThePlainDefinition()
    {
        const string Spaces = "\t\n\v\f\r\u001c\u001d\u001e\u001f ";
        var (random, words) = (new Random(9), new WordText());
        string[] pieces = ["a", "Zebra", "x9", "-", "...", ",", "\n", "\r\n", " ", "  ", "\t", "\u001c", "@[`{",
            "internationalization", "/:;", "\0", "\u007f"];
        for (var round = 0; round < 3000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(round % 20 == 0 ? 300 : 30))
                .Select(_ => pieces[random.Next(pieces.Length)]));
            var normal = string.Join(' ', text.Split(Spaces.ToCharArray(), StringSplitOptions.RemoveEmptyEntries))
                .ToLowerInvariant();
            var expected = string.Concat(normal.Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' '))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries);
            words.Load(Encoding.ASCII.GetBytes(text));
            Encoding.ASCII.GetString(words.Normal.Span).ShouldBe(normal);
            Enumerable.Range(0, words.Count).Select(i => Encoding.ASCII.GetString(words.Slice(i, 1)))
                .ShouldBe(expected);
            Encoding.ASCII.GetString(words.Slice(0, words.Count)).ShouldBe(string.Join(' ', expected));
        }
    }

    [Theory]
    [InlineData(0L), InlineData(1L << 17), InlineData(16L << 20)]
    public void DocumentTable_AnyBudget_GivesWhatWasAdded(long budget)
    {
        const int Documents = 20_000;
        var file = _folder.Combine("in");
        File.WriteAllText(file, string.Concat(Enumerable.Range(0, Documents).Select(i => $"{i:D5}")));
        using (var table = new DocumentTable([file], _folder.Path, budget))
        {
            for (var i = 0; i < Documents; i++)
            {
                table.Add(new RowLine(new byte[5], 0, i + 1, 5L * i), (ulong)i * 3).ShouldBe(i);
            }

            var (buffer, random) = (new ByteBuffer(), new Random(1));
            foreach (var i in Enumerable.Range(0, Documents)
                .Concat(Enumerable.Range(0, 3000).Select(_ => random.Next(Documents))))
            {
                table.Read(i, buffer);
                (table.Place(i), table.Key(i), Encoding.ASCII.GetString(buffer.Span))
                    .ShouldBe((5L * i, (ulong)i * 3, $"{i:D5}"));
            }

            // Each question alone: the one before it was about any other block.
            foreach (var i in Enumerable.Range(0, 3000).Select(_ => random.Next(Documents)))
            {
                table.Key(i).ShouldBe((ulong)i * 3);
            }
        }

        Directory.GetFiles(_folder.Path).ShouldBe([file]);
    }

    [Fact]
    public void ShingleCache_SmallRing_GivesTheSimilaritiesOfTheTexts()
    {
        var (random, file) = (new Random(4), _folder.Combine("in.jsonl"));
        var rows = Enumerable.Range(0, 60).Select(i =>
            "{\"text\":\"" + string.Join(' ', Enumerable.Range(0, 5 + random.Next(i % 20 == 0 ? 600 : 40))
                .Select(_ => (char)('a' + random.Next(2)))) + "\"}").ToList();
        File.WriteAllLines(file, rows);
        using var table = new DocumentTable([file], _folder.Path, 0);
        foreach (var row in new RowFileReader([file]).Read())
        {
            table.Add(row, 0);
        }

        var options = new DedupOptions();
        var signer = new DocumentSigner(options, MinHasher.FromSeed(options.Bands.Permutations, 1));
        var sets = rows.ConvertAll(row =>
        {
            signer.LoadText(Encoding.UTF8.GetBytes(row)).ShouldBeNull();
            return signer.Shingles().ToArray();
        });
        var cache = new ShingleCache(table, signer, 4096);
        for (var round = 0; round < 3000; round++)
        {
            var (left, right) = (random.Next(rows.Count), random.Next(rows.Count));
            cache.Similarity(left, right).ShouldBe(Jaccard.Similarity(sets[left], sets[right]));
            cache.Get(right).SequenceEqual(sets[right]).ShouldBeTrue();
        }
    }
}
