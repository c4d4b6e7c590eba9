using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>Tells the eight common words by their first eight bytes, without a search.</summary>
internal static class CommonWords
{
    public static readonly string[] All = ["the", "be", "to", "of", "and", "that", "have", "with"];

    private const ulong LowerCase = 0x2020202020202020;
    private const int Slots = 16;
    private static readonly ulong Factor = FindFactor();
    private static readonly (ulong Letters, int Length)[] Table = Build();

    /// <summary>A bit of the word's own, or 0 when it is none of them.</summary>
    /// <param name="first">First eight bytes, zeros behind a shorter word.</param>
    /// <param name="length">Bytes of the word.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BitOf(ulong first, int length)
    {
        var letters = first | LowerCase;
        var slot = Slot(letters);
        return (Table[slot].Letters == letters && Table[slot].Length == length ? 1 : 0) << slot;
    }

    private static int Slot(ulong letters) => (int)((letters * Factor) >> (64 - 4));

    private static (ulong Letters, int Length)[] Build()
    {
        var table = new (ulong Letters, int Length)[Slots];
        foreach (var word in All)
        {
            table[Slot(Letters(word))] = (Letters(word), word.Length);
        }

        return table;
    }

    private static ulong Letters(string word)
    {
        var letters = 0UL;
        for (var i = word.Length - 1; i >= 0; i--)
        {
            letters = (letters << 8) | word[i];
        }

        return letters | LowerCase;
    }

    // The first odd number that gives each word a slot of its own.
    private static ulong FindFactor()
    {
        for (var factor = 0x9E3779B97F4A7C15; ; factor += 2)
        {
            var taken = All.Aggregate(0, (slots, word) => slots | (1 << (int)((Letters(word) * factor) >> (64 - 4))));
            if (BitOperations.PopCount((uint)taken) == All.Length)
            {
                return factor;
            }
        }
    }
}
