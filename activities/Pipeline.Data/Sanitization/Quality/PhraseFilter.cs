using System.Buffers;
using System.Text;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>One search for many phrases; nearly all texts hold none. One instance a thread.</summary>
/// <param name="phrases">What is looked for: ASCII, lower-case.</param>
internal sealed class PhraseFilter(IEnumerable<string> phrases)
{
    private readonly SearchValues<string> _phrases = SearchValues.Create([.. phrases], StringComparison.Ordinal);
    private char[] _characters = new char[4096];

    /// <summary>Whether a text may hold one of the phrases.</summary>
    /// <param name="normal">The text, lower-case and with single spaces.</param>
    /// <returns>True also for texts that are not ASCII, because other letters can stand for those of a
    /// phrase.</returns>
    public bool MayHold(ReadOnlySpan<byte> normal)
    {
        if (_characters.Length < normal.Length)
        {
            _characters = new char[normal.Length * 2];
        }

        return Ascii.ToUtf16(normal, _characters, out var written) != OperationStatus.Done
            || _characters.AsSpan(0, written).ContainsAny(_phrases);
    }
}
