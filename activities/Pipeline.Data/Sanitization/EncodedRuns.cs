using System.Buffers;

namespace Pipeline.Data.Sanitization;

/// <summary>Looks into runs of base64 and hexadecimal digits: what decodes to readable text with personal data in it is personal data.</summary>
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
        // A run of the shortest length covers one of every so many bytes, so only those are looked at.
        for (var probe = ShortestRun - 1; probe < text.Length; probe += ShortestRun)
        {
            if (!Digits.Contains(text[probe]))
            {
                continue;
            }

            var (start, end) = (probe, probe + 1);
            while (start > 0 && Digits.Contains(text[start - 1]))
            {
                start--;
            }

            while (end < text.Length && Digits.Contains(text[end]))
            {
                end++;
            }

            probe = end;
            if (end - start >= ShortestRun && end - start <= LongestRun && ClassOf(text[start..end]) is { } type)
            {
                while (end < text.Length && text[end] == '=')
                {
                    end++;
                }

                spans.Add(new PiiSpan(type, start, end));
            }
        }
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

        return System.Buffers.Text.Base64.DecodeFromUtf8(_standard.AsSpan(0, length), _decoded, out _, out var written) == OperationStatus.Done
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
