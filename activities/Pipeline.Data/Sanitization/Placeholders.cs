using System.Text;

namespace Pipeline.Data.Sanitization;

/// <summary>
/// Tells the placeholders that sanitizing writes from look-alikes that were in the data: those are written full-width.
/// </summary>
/// <remarks>
/// A row that holds placeholders of ours carries <see cref="Mark"/>, so a second pass leaves them alone.
/// </remarks>
internal static class Placeholders
{
    /// <summary>Field of rows with placeholders; its value is the version of the rules.</summary>
    public const string Mark = "_pii";

    /// <summary>Id of the rule.</summary>
    public const string Rule = "placeholder-collision";

    private static readonly HashSet<string> Names = [.. Enum.GetValues<PiiType>().Select(PiiNames.Of)];

    public static bool MayHold(ReadOnlySpan<byte> text)
    {
        for (var at = 0; text[at..].IndexOf((byte)'<') is >= 0 and var skip; at += skip + 1)
        {
            if (Bytes.Upper(text, at + skip + 1))
            {
                return true;
            }
        }

        return false;
    }

    public static string Escape(string text)
    {
        StringBuilder? output = null;
        var kept = 0;
        for (var at = text.IndexOf('<', StringComparison.Ordinal); at >= 0; at = text.IndexOf('<', at + 1))
        {
            var end = text.IndexOf('>', at);
            if (end < 0 || end - at > 60)
            {
                continue;
            }

            var inside = text[(at + 1)..end];
            var name = inside.Split(':', '-')[0];
            if (Names.Contains(name))
            {
                output ??= new StringBuilder(text.Length);
                output.Append(text, kept, at - kept).Append('＜').Append(inside).Append('＞');
                kept = end + 1;
            }
        }

        return output?.Append(text, kept, text.Length - kept).ToString() ?? text;
    }
}
