namespace Pipeline.Data.Sanitization;

/// <summary>
/// Passwords in connection strings: the value behind <c>Password=</c> or <c>Pwd=</c> among other settings.
/// </summary>
internal static class ConnectionRules
{
    public static void Find(ReadOnlySpan<byte> text, List<PiiSpan> spans)
    {
        if (!text.Contains((byte)'='))
        {
            return;
        }

        Keys(text, "assword="u8, 1, spans);
        Keys(text, "ASSWORD="u8, 1, spans);
        Keys(text, "wd="u8, 1, spans);
        Keys(text, "WD="u8, 1, spans);
    }

    private static void Keys(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key, int before, List<PiiSpan> spans)
    {
        for (var at = 0; text[at..].IndexOf(key) is >= 0 and var skip;)
        {
            at += skip + key.Length;
            var start = at - key.Length - before;
            if (start >= 0 && text[start] is (byte)'p' or (byte)'P' && !Bytes.Word(text, start - 1)
                && Neighbours(text, start, at))
            {
                var end = at;
                while (end < text.Length
                    && text[end] is not ((byte)';' or (byte)'"' or (byte)'\'' or (byte)'\n' or (byte)'\r' or (byte)' '))
                {
                    end++;
                }

                // A placeholder of an earlier pass is no password.
                if (end > at && text[at] is not ((byte)'<' or (byte)'*' or (byte)'$' or (byte)'{'))
                {
                    spans.Add(new PiiSpan(PiiType.ConnectionSecret, at, end));
                }

                at = end;
            }
        }
    }

    // Alone, "password=" is often a form or a manual; beside other settings it opens something.
    private static bool Neighbours(ReadOnlySpan<byte> text, int start, int at) =>
        text[Math.Max(0, start - 80)..start].Contains((byte)';')
            || text[at..Math.Min(text.Length, at + 80)].Contains((byte)';');
}
