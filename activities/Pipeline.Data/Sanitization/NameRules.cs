using System.Text;

namespace Pipeline.Data.Sanitization;

/// <summary>Persons: a given name of the list and a capitalised word behind it.</summary>
internal static class NameRules
{
    public static void Find(ReadOnlySpan<byte> text, IReadOnlySet<string> givenNames, List<PiiSpan> spans)
    {
        var at = 0;
        while (at < text.Length)
        {
            var end = Word(text, at);
            if (end == at)
            {
                at++;
                continue;
            }

            if (Capital(text, at) && end - at <= 64 && Bytes.At(text, end) == ' ' && Capital(text, end + 1)
                && givenNames.Contains(Encoding.UTF8.GetString(text[at..end])))
            {
                var family = Word(text, end + 1);
                while (text[family - 1] is (byte)'\'' or (byte)'-')
                {
                    family--;
                }

                spans.Add(new PiiSpan(PiiType.Person, at, family));
                end = family;
            }

            at = end;
        }
    }

    private static bool Capital(ReadOnlySpan<byte> text, int at) =>
        Bytes.Upper(text, at)
            || (at < text.Length && text[at] >= 0xC0 && Rune.DecodeFromUtf8(text[at..], out var rune, out _)
                == System.Buffers.OperationStatus.Done && Rune.IsUpper(rune));

    private static int Word(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length
            && (text[at] >= 0x80 || char.IsAsciiLetter((char)text[at]) || text[at] is (byte)'\'' or (byte)'-'))
        {
            at++;
        }

        return at;
    }
}
