using System.Runtime.Intrinsics;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>
/// Tells what need not be looked for in an ASCII text, 64 bytes at once: a search for each would read the text as
/// often.
/// </summary>
/// <remarks>
/// Each variable keeps the least distance of any place from what is looked for, which is 0 where it occurs: a minimum
/// needs neither a branch nor a mask.
/// </remarks>
internal struct SignScanner
{
    /// <summary>Bytes that are read behind a block.</summary>
    public const int Reach = 4;

    private Vector512<byte> _url;
    private Vector512<byte> _ellipsis;
    private Vector512<byte> _phrase;

    /// <summary>Before the first block.</summary>
    public static SignScanner None => new()
    {
        _url = Vector512<byte>.AllBitsSet,
        _ellipsis = Vector512<byte>.AllBitsSet,
        _phrase = Vector512<byte>.AllBitsSet,
    };

    /// <summary>Whether <c>://</c> occurs.</summary>
    public readonly bool Urls => Holds(_url);

    /// <summary>Whether three points occur.</summary>
    public readonly bool Ellipses => Holds(_ellipsis);

    /// <summary>
    /// Whether a part of each of <see cref="TextMeter.Phrases"/> that few other texts have occurs, in any case.
    /// </summary>
    public readonly bool Phrases => Holds(_phrase);

    /// <summary>Looks at a block.</summary>
    /// <param name="a">The block.</param>
    /// <param name="text">The text from the block on, with four bytes behind it.</param>
    public void Take(Vector512<byte> a, ReadOnlySpan<byte> text)
    {
        var (b, c) = (Vector512.Create(text[1..]), Vector512.Create(text[2..]));
        _url = Vector512.Min(_url, From(a, ':') | From(b, '/') | From(c, '/'));
        _ellipsis = Vector512.Min(_ellipsis, From(a, '.') | From(b, '.') | From(c, '.'));
        var lower = Vector512.Create((byte)0x20);
        var (d, e) = (Vector512.Create(text[3..]) | lower, Vector512.Create(text[4..]) | lower);
        (a, b, c) = (a | lower, b | lower, c | lower);
        var cookie = From(a, 'o') | From(b, 'k') | From(c, 'i') | From(d, 'e');
        var privacy = From(a, 'v') | From(b, 'a') | From(c, 'c') | From(d, 'y');
        var terms = From(a, 'm') | From(b, 's') | From(c, ' ') | From(d, 'o') | From(e, 'f');
        var rights = From(a, 'h') | From(b, 't') | From(c, 's') | From(d, ' ') | From(e, 'r');
        _phrase = Vector512.Min(
            _phrase, Vector512.Min(Vector512.Min(cookie, privacy), Vector512.Min(terms, rights)));
    }

    private static Vector512<byte> From(Vector512<byte> bytes, char value) => bytes ^ Vector512.Create((byte)value);

    private static bool Holds(Vector512<byte> distances) => Vector512.EqualsAny(distances, Vector512<byte>.Zero);
}
