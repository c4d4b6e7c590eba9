using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>
/// Parses the subset of Oniguruma's syntax that tokenizer files use. What could cost more than linear time, or what is
/// not known, is refused by name.
/// </summary>
internal sealed class RegexParser
{
    private const int MaxDepth = 50;
    private const int MaxRepeat = 1000;

    private readonly int[] _pattern;
    private readonly RegexClassParser _classes;
    private int _at;
    private int _depth;

    private RegexParser(string pattern)
    {
        _pattern = [.. pattern.EnumerateRunes().Select(rune => rune.Value)];
        _classes = new RegexClassParser(_pattern);
    }

    internal static RegexNode Parse(string pattern)
    {
        var parser = new RegexParser(pattern);
        var node = parser.ParseChoice(ignoreCase: false);
        if (parser._at < parser._pattern.Length) throw parser.Refuse("an unmatched ')'");
        return node;
    }

    private RegexNode ParseChoice(bool ignoreCase)
    {
        if (++_depth > MaxDepth) throw Refuse("groups nested too deeply");
        var branches = new List<RegexNode> { ParseSequence(ref ignoreCase) };
        while (Peek() == '|')
        {
            _at++;
            branches.Add(ParseSequence(ref ignoreCase));
        }

        _depth--;
        return branches.Count == 1 ? branches[0] : new RegexNode.Choice(branches);
    }

    private RegexNode ParseSequence(ref bool ignoreCase)
    {
        var parts = new List<RegexNode>();
        while (Peek() is not (-1 or '|' or ')'))
        {
            if (TryInlineFlag(ref ignoreCase)) continue;
            parts.Add(ParseRepeat(ParseAtom(ignoreCase)));
        }

        CheckPossessive(parts);
        return parts.Count == 1 ? parts[0] : new RegexNode.Sequence(parts);
    }

    /// <summary>Reads <c>(?i)</c> and <c>(?-i)</c>, which hold to the end of the group.</summary>
    private bool TryInlineFlag(ref bool ignoreCase)
    {
        foreach (var (text, value) in new[] { ("(?i)", true), ("(?-i)", false) })
        {
            if (!Starts(text)) continue;
            _at += text.Length;
            ignoreCase = value;
            return true;
        }

        return false;
    }

    private RegexNode ParseAtom(bool ignoreCase)
    {
        var c = _pattern[_at];
        switch (c)
        {
            case '(':
                return ParseGroup(ignoreCase);
            case '^':
                _at++;
                return new RegexNode.Choice(
                    [new RegexNode.Look(null, true, true), new RegexNode.Look(NewLine, true, false)]);
            case '$':
                _at++;
                return new RegexNode.Choice(
                    [new RegexNode.Look(null, false, true), new RegexNode.Look(NewLine, false, false)]);
            case '*' or '+' or '?':
                throw Refuse($"'{(char)c}' without anything to repeat");
            case '\\' when Next() is 'A' or 'z':
                _at += 2;
                return new RegexNode.Look(null, _pattern[_at - 1] == 'A', true);
            default:
                var test = _classes.Parse(ref _at, ignoreCase);
                return new RegexNode.Character(test);
        }
    }

    private static CharacterTest NewLine { get; } = CharacterTest.Range('\n', '\n');

    private RegexNode ParseGroup(bool ignoreCase)
    {
        foreach (var (text, behind, negative) in new[] { ("(?=", false, false), ("(?!", false, true),
            ("(?<=", true, false), ("(?<!", true, true) })
        {
            if (!Starts(text)) continue;
            _at += text.Length;
            var body = ParseChoice(ignoreCase);
            Close();
            return new RegexNode.Look(SingleCharacter(body), behind, negative);
        }

        if (Starts("(?i:")) (_at, ignoreCase) = (_at + 4, true);
        else if (Starts("(?-i:")) (_at, ignoreCase) = (_at + 5, false);
        else if (Starts("(?:")) _at += 3;
        else if (Starts("(?")) throw Refuse("a kind of group that is not supported");
        else _at++;
        var node = ParseChoice(ignoreCase);
        Close();
        return node;
    }

    private CharacterTest SingleCharacter(RegexNode node) => node switch
    {
        RegexNode.Character character => character.Test,
        RegexNode.Choice choice => CharacterTest.AnyOf([.. choice.Branches.Select(SingleCharacter)]),
        _ => throw Refuse("a look-around over anything but a single character"),
    };

    private RegexNode ParseRepeat(RegexNode atom)
    {
        while (TryQuantifier(out var min, out var max))
        {
            if (atom is RegexNode.Repeat { Max: < 0 } && (max < 0 || max > 1))
                throw Refuse("a repetition of a repetition (catastrophic backtracking)");
            var braces = _pattern[_at - 1] == '}';
            var lazy = Peek() == '?';

            // After braces a plus is a second repetition, not a possessive one.
            var possessive = !braces && Peek() == '+';
            if (lazy || possessive) _at++;
            atom = new RegexNode.Repeat(atom, min, max, !lazy, possessive);
        }

        return atom;
    }

    private bool TryQuantifier(out int min, out int max)
    {
        (min, max) = (0, -1);
        switch (Peek())
        {
            case '*': break;
            case '+': min = 1; break;
            case '?': max = 1; break;
            case '{': return TryBraces(out min, out max);
            default: return false;
        }

        _at++;
        return true;
    }

    private bool TryBraces(out int min, out int max)
    {
        (min, max) = (0, -1);
        var close = Array.IndexOf(_pattern, '}', _at);
        if (close < 0) return false;
        var parts = string.Concat(_pattern[(_at + 1)..close].Select(c => (char)c)).Split(',');
        if (parts.Length > 2 || !int.TryParse(parts[0].Length == 0 ? "0" : parts[0], out min)) return false;
        if (parts.Length == 1) max = min;
        else if (parts[1].Length > 0 && !int.TryParse(parts[1], out max)) return false;
        if (min > MaxRepeat || max > MaxRepeat || (max >= 0 && max < min))
            throw Refuse("a repetition count that is too large or reversed");
        _at = close + 1;
        return true;
    }

    /// <summary>
    /// A possessive repetition is the same as a greedy one where nothing after it could want a character back.
    /// </summary>
    private void CheckPossessive(List<RegexNode> parts)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i] is not RegexNode.Repeat { IsPossessive: true } repeat) continue;
            if (parts.Skip(i + 1).All(part => part.IsNullable && part is not RegexNode.Look) && _depth == 1) continue;
            var next = i + 1 < parts.Count ? parts[i + 1] : null;
            if (next is RegexNode.Repeat { Min: > 0 } nextRepeat) next = nextRepeat.Body;
            var follows = next as RegexNode.Character;
            if (repeat.Body is RegexNode.Character own && follows is not null && own.Test.IsDisjointFrom(follows.Test))
                continue;
            throw Refuse("a possessive repetition that changes what is matched");
        }
    }

    private int Peek() => _at < _pattern.Length ? _pattern[_at] : -1;

    private int Next() => _at + 1 < _pattern.Length ? _pattern[_at + 1] : -1;

    private bool Starts(string text)
    {
        if (_at + text.Length > _pattern.Length) return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (_pattern[_at + i] != text[i]) return false;
        }

        return true;
    }

    private void Close()
    {
        if (Peek() != ')') throw Refuse("an unmatched '('");
        _at++;
    }

    private FormatException Refuse(string what) => new($"the regular expression has {what} (character {_at + 1})");
}
