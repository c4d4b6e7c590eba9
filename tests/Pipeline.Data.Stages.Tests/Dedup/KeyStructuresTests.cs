using System.Text;
using Pipeline.Data.Dedup;

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
            Encoding.ASCII.GetString(words.Bytes).ShouldBe(string.Join(' ', expected));
        }
    }
}
