using System.Text;

namespace Pipeline.Gateway.Text;

/// <summary>Cuts a stream of text at the first stop string, and holds back text that could still become one.</summary>
/// <param name="stops">Stop strings, none empty.</param>
public sealed class StopDetector(IReadOnlyList<string> stops)
{
    private readonly StringBuilder _held = new();

    /// <summary>Whether a stop string was seen; nothing is given out after it.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Takes the next piece of text.</summary>
    /// <param name="piece">Text.</param>
    /// <returns>What may be given out now; never a stop string or a part of one.</returns>
    public string Add(string piece)
    {
        if (Stopped || stops.Count == 0)
        {
            return Stopped ? "" : piece;
        }

        var text = _held.Append(piece).ToString();
        _held.Clear();
        var at = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(index => index >= 0)
            .DefaultIfEmpty(-1).Min();
        if (at >= 0)
        {
            Stopped = true;
            return text[..at];
        }

        var keep = stops.Max(stop => Overlap(text, stop));
        _held.Append(text, text.Length - keep, keep);
        return text[..^keep];
    }

    /// <summary>Ends the stream.</summary>
    /// <returns>What was held back.</returns>
    public string Flush()
    {
        var rest = Stopped ? "" : _held.ToString();
        _held.Clear();
        return rest;
    }

    // Longest end of the text that is the start of the stop string.
    private static int Overlap(string text, string stop)
    {
        for (var length = Math.Min(stop.Length - 1, text.Length); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
            {
                return length;
            }
        }

        return 0;
    }
}
