using System.Buffers;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace Pipeline.Data.Sanitization;

/// <summary>
/// Looks into runs of base64 and hexadecimal digits: what decodes to readable text with personal data in it is personal
/// data.
/// </summary>
internal sealed class EncodedRuns(PiiScanner scanner)
{
    private const int ShortestRun = 16;
    private const int LongestRun = 8192;

    private static readonly SearchValues<byte> Digits =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"u8);

    private readonly byte[] _decoded = new byte[LongestRun];
    private readonly byte[] _standard = new byte[LongestRun + 4];
    private readonly List<PiiSpan> _found = [];

    /// <summary>Adds one span a run; the class is that of the first thing found inside.</summary>
    public void Find(ReadOnlySpan<byte> text, List<PiiSpan> spans)
    {
        for (var at = 0; Next(text, at) is >= 0 and var start;)
        {
            var rest = text[start..].IndexOfAnyExcept(Digits);
            var end = rest < 0 ? text.Length : start + rest;
            at = end;
            if (end - start <= LongestRun && ClassOf(text[start..end]) is { } type)
            {
                while (end < text.Length && text[end] == '=')
                {
                    end++;
                }

                spans.Add(new PiiSpan(type, start, end));
            }
        }
    }

    /// <summary>
    /// Start of the next run of at least the shortest length, -1 for none; <paramref name="at"/> is not inside of one.
    /// </summary>
    private static int Next(ReadOnlySpan<byte> text, int at)
    {
        // Blocks overlap, so that each run of the shortest length lies in one as a whole.
        const int Step = 64 - ShortestRun + 1;
        Span<byte> padded = stackalloc byte[64];
        for (; at + ShortestRun <= text.Length; at += Step)
        {
            var bits = 0UL;
            if (text.Length - at >= 64)
            {
                bits = DigitBits(text[at..]);
            }
            else
            {
                padded.Clear();
                text[at..].CopyTo(padded);
                bits = DigitBits(padded);
            }

            // Bit i of the last line stands for sixteen digits from i on.
            bits &= bits >> 1;
            bits &= bits >> 2;
            bits &= bits >> 4;
            bits &= bits >> 8;
            if (bits != 0)
            {
                var start = at + BitOperations.TrailingZeroCount(bits);
                while (start > 0 && Digits.Contains(text[start - 1]))
                {
                    start--;
                }

                return start;
            }
        }

        return -1;
    }

    private static ulong DigitBits(ReadOnlySpan<byte> block)
    {
        var bytes = Vector512.Create(block);
        var letters = Vector512.LessThan(
            (bytes | Vector512.Create((byte)0x20)) - Vector512.Create((byte)'a'), Vector512.Create((byte)26));
        var digits = Vector512.LessThan(bytes - Vector512.Create((byte)'/'), Vector512.Create((byte)11));
        var signs = Vector512.Equals(bytes, Vector512.Create((byte)'+'))
            | Vector512.Equals(bytes, Vector512.Create((byte)'-'))
            | Vector512.Equals(bytes, Vector512.Create((byte)'_'));
        return (letters | digits | signs).ExtractMostSignificantBits();
    }

    private PiiType? ClassOf(ReadOnlySpan<byte> run)
    {
        var decoded = Hex(run);
        decoded = decoded < ShortestRun / 2 ? Base64(run) : decoded;
        if (decoded < 8 || !Readable(_decoded.AsSpan(0, decoded)))
        {
            return null;
        }

        scanner.Scan(_decoded.AsSpan(0, decoded), _found);
        return _found.Count > 0 ? _found[0].Type : null;
    }

    private int Hex(ReadOnlySpan<byte> run)
    {
        if (run.Length % 2 != 0)
        {
            return 0;
        }

        var status = Convert.FromHexString(run, _decoded, out _, out var written);
        return status == OperationStatus.Done ? written : 0;
    }

    private int Base64(ReadOnlySpan<byte> run)
    {
        var length = run.Length;
        for (var i = 0; i < length; i++)
        {
            _standard[i] = run[i] switch { (byte)'-' => (byte)'+', (byte)'_' => (byte)'/', var digit => digit };
        }

        while (length % 4 != 0)
        {
            _standard[length++] = (byte)'=';
        }

        return System.Buffers.Text.Base64.DecodeFromUtf8(_standard.AsSpan(0, length), _decoded, out _, out var written)
            == OperationStatus.Done
            ? written : 0;
    }

    private static bool Readable(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (value is (< 0x20 or > 0x7E) and not (9 or 10 or 13))
            {
                return false;
            }
        }

        return true;
    }
}
