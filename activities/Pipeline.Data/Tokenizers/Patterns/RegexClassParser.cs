using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>Parses one character of a regular expression: a literal, an escape or a bracket class.</summary>
internal sealed class RegexClassParser(int[] pattern)
{
    private static readonly CodePointSet Han = CodePointSet.Parse(
        "2E80-2E99 2E9B-2EF3 2F00-2FD5 3005 3007 3021-3029 3038-303B 3400-4DBF 4E00-9FFF F900-FA6D FA70-FAD9 "
        + "16FE2-16FE3 "
        + "16FF0-16FF1 20000-2A6DF 2A700-2B739 2B740-2B81D 2B820-2CEA1 2CEB0-2EBE0 2EBF0-2EE5D 2F800-2FA1D "
        + "30000-3134A 31350-323AF");

    internal CharacterTest Parse(ref int at, bool ignoreCase)
    {
        CharacterTest test;
        switch (pattern[at])
        {
            case '[':
                test = ParseBracket(ref at, ignoreCase);
                return test;
            case '.':
                at++;
                return new CharacterTest(c => c != '\n');
            case '\\':
                test = ParseEscape(ref at, out _);
                break;
            default:
                test = Literal(pattern[at++]);
                break;
        }

        return ignoreCase ? test.IgnoringCase() : test;
    }

    private static CharacterTest Literal(int c) => CharacterTest.Range(c, c);

    private CharacterTest ParseBracket(ref int at, bool ignoreCase)
    {
        at++;
        var negative = at < pattern.Length && pattern[at] == '^';
        if (negative) at++;
        CharacterTest? whole = null;
        var items = new List<CharacterTest>();
        for (var first = true; ; first = false)
        {
            if (at >= pattern.Length) throw new FormatException("the regular expression has an unmatched '['");
            if (pattern[at] == ']' && !first) break;
            if (pattern[at] == '[' && at + 1 < pattern.Length && pattern[at + 1] == ':')
            {
                throw new FormatException("the regular expression has a POSIX bracket, which is not supported");
            }

            if (pattern[at] == '&' && at + 1 < pattern.Length && pattern[at + 1] == '&')
            {
                at += 2;
                whole = Intersect(whole, items);
                items = [];
                continue;
            }

            items.Add(pattern[at] == '[' ? ParseBracket(ref at, ignoreCase) : ParseItem(ref at));
        }

        at++;
        whole = Intersect(whole, items);
        if (ignoreCase) whole = whole.IgnoringCase();
        return negative ? whole.Not() : whole;
    }

    private static CharacterTest Intersect(CharacterTest? left, List<CharacterTest> items)
    {
        var right = CharacterTest.AnyOf(items);
        return left is null ? right : left.And(right);
    }

    private CharacterTest ParseItem(ref int at)
    {
        int? low;
        CharacterTest test;
        if (pattern[at] == '\\')
        {
            test = ParseEscape(ref at, out low);
        }
        else
        {
            low = pattern[at++];
            test = Literal(low.Value);
        }

        var isRange = low is not null && at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']';
        if (!isRange) return test;
        at++;
        int? high = pattern[at];
        if (high == '\\') ParseEscape(ref at, out high);
        else at++;
        if (high is null || high < low) throw new FormatException("the regular expression has a reversed range");
        return CharacterTest.Range(low!.Value, high.Value);
    }

    private CharacterTest ParseEscape(ref int at, out int? literal)
    {
        literal = null;
        if (at + 1 >= pattern.Length) throw new FormatException("the regular expression ends with a backslash");
        var c = pattern[at + 1];
        at += 2;
        switch (c)
        {
            case 's': return new CharacterTest(CodePoints.IsWhiteSpace);
            case 'S': return new CharacterTest(x => !CodePoints.IsWhiteSpace(x));
            case 'd': return CharacterTest.Category(CharacterClass.DecimalNumber);
            case 'D': return CharacterTest.Category(CharacterClass.DecimalNumber).Not();
            case 'w': return new CharacterTest(CodePoints.IsPatternWord);
            case 'W': return new CharacterTest(x => !CodePoints.IsPatternWord(x));
            case 'h': return new CharacterTest(x => x < 128 && char.IsAsciiHexDigit((char)x));
            case 'p' or 'P': return ParseProperty(ref at, c == 'P');
        }

        literal = c switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\f',
            'v' => '\v',
            'a' => '\a',
            'e' => 0x1B,
            'x' => ParseHex(ref at, 2),
            'u' => ParseHex(ref at, 4),
            _ when c < 128 && char.IsAsciiLetterOrDigit((char)c) =>
                throw new FormatException(
                    $"the regular expression has the escape '\\{(char)c}', which is not supported"),
            _ => c,
        };
        return Literal(literal.Value);
    }

    private CharacterTest ParseProperty(ref int at, bool negative)
    {
        var close = Array.IndexOf(pattern, '}', at);
        if (at >= pattern.Length || pattern[at] != '{' || close < 0)
        {
            throw new FormatException("the regular expression has a property without braces");
        }

        var name = string.Concat(pattern[(at + 1)..close].Select(c => (char)c));
        at = close + 1;
        if (name.StartsWith('^')) (negative, name) = (!negative, name[1..]);
        var mask = CharacterClass.FromName(name);
        var test = mask != 0 ? CharacterTest.Category(mask)
            : name is "Han" or "Script=Han" ? new CharacterTest(Han.Contains)
            : throw new FormatException($"the regular expression has the property '{name}', which is not supported");
        return negative ? test.Not() : test;
    }

    private int ParseHex(ref int at, int digits)
    {
        var end = Math.Min(at + digits, pattern.Length);
        if (at < pattern.Length && pattern[at] == '{')
        {
            at++;
            end = Array.IndexOf(pattern, '}', at);
        }

        var text = end < at ? "" : string.Concat(pattern[at..end].Select(c => (char)c));
        if (!int.TryParse(text, System.Globalization.NumberStyles.AllowHexSpecifier, null, out var value)
            || value > 0x10FFFF)
        {
            throw new FormatException("the regular expression has a malformed hexadecimal escape");
        }

        at = end < pattern.Length && pattern[end] == '}' ? end + 1 : end;
        return value;
    }
}
