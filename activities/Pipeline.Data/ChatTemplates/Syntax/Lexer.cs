using System.Text;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Syntax;

/// <summary>
/// Splits a template into tokens, with the white space rules of chat templates: the line end after a tag is dropped
/// (<c>trim_blocks</c>), so are blanks before a tag that starts a line (<c>lstrip_blocks</c>) and one line end at the
/// end.
/// </summary>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly string _name;
    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = 1;
    private bool _startsLine = true;

    private Lexer(string source, string name)
    {
        source = source.Replace("\r\n", "\n").Replace('\r', '\n');
        (_source, _name) = (source.EndsWith('\n') ? source[..^1] : source, name);
    }

    public static List<Token> Read(string source, string name)
    {
        var lexer = new Lexer(source, name);
        lexer.ReadAll();
        return lexer._tokens;
    }

    private void ReadAll()
    {
        while (_at < _source.Length)
        {
            var tag = NextTag(_at);
            if (tag < 0)
            {
                AddData(_source[_at..]);
                break;
            }

            var kind = _source[tag + 1];
            var sign = tag + 2 < _source.Length && _source[tag + 2] is '-' or '+' ? _source[tag + 2] : ' ';
            AddText(tag, sign, kind == '{');
            _at = tag + (sign == ' ' ? 2 : 3);
            if (kind == '#') SkipComment();
            else if (kind == '%' && RawEnd() is var raw && raw >= 0) ReadRaw(raw);
            else ReadTag(kind == '{');
        }

        _tokens.Add(new Token(TokenKind.End, string.Empty, _line));
    }

    private int NextTag(int from)
    {
        for (var at = _source.IndexOf('{', from); at >= 0 && at + 1 < _source.Length; at = _source.IndexOf('{', at + 1))
        {
            if (_source[at + 1] is '{' or '%' or '#') return at;
        }

        return -1;
    }

    /// <summary>Adds the text before a tag, without the white space that the tag takes away.</summary>
    private void AddText(int end, char sign, bool isVariable)
    {
        var text = _source[_at..end];
        var lines = text.AsSpan().Count('\n');
        if (sign == '-') text = Texts.Strip(text, null, start: false, end: true);
        else if (sign != '+' && !isVariable)
        {
            var start = text.LastIndexOf('\n') + 1;
            var blank = start < text.Length && text.AsSpan(start).IndexOfAnyExcept(" \t") < 0;
            if (!blank && start < text.Length)
                blank = Texts.Strip(text[start..], null, start: true, end: false).Length == 0;
            if ((start > 0 || _startsLine) && blank) text = text[..start];
        }

        AddData(text);
        _line += lines - text.AsSpan().Count('\n');
    }

    private void AddData(string text)
    {
        if (text.Length == 0) return;
        _tokens.Add(new Token(TokenKind.Data, text, _line));
        _line += text.AsSpan().Count('\n');
    }

    private void SkipComment()
    {
        var end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0) throw Error("Missing end of comment tag");
        var sign = end > _at ? _source[end - 1] : ' ';
        Advance(end + 2);
        AfterTag(sign, trimsLine: true);
    }

    /// <summary>Where <c>raw</c> content starts, or -1 when the tag at hand is another one.</summary>
    private int RawEnd()
    {
        var at = SkipBlanks(_at);
        if (!_source.AsSpan(at).StartsWith("raw")) return -1;
        at = SkipBlanks(at + 3);
        if (_source.AsSpan(at).StartsWith("%}")) return at + 2;
        return _source.AsSpan(at).StartsWith("-%}") ? SkipBlanks(at + 3) : -1;
    }

    private void ReadRaw(int start)
    {
        Advance(start);
        for (var at = _source.IndexOf("{%", _at, StringComparison.Ordinal); at
            >= 0; at = _source.IndexOf("{%", at + 1, StringComparison.Ordinal))
        {
            var sign = at + 2 < _source.Length && _source[at + 2] is '-' or '+' ? _source[at + 2] : ' ';
            var end = SkipBlanks(at + (sign == ' ' ? 2 : 3));
            if (!_source.AsSpan(end).StartsWith("endraw")) continue;
            end = SkipBlanks(end + 6);
            var close = end < _source.Length && _source[end] is '-' or '+' ? _source[end] : ' ';
            if (close != ' ') end++;
            if (!_source.AsSpan(end).StartsWith("%}")) continue;
            AddText(at, sign, isVariable: false);
            _at = at;
            Advance(end + 2);
            AfterTag(close, trimsLine: true);
            return;
        }

        throw Error("Missing end of raw directive");
    }

    private void ReadTag(bool isVariable)
    {
        _tokens.Add(new Token(isVariable ? TokenKind.VariableBegin : TokenKind.BlockBegin, string.Empty, _line));
        var end = isVariable ? "}}" : "%}";
        var open = new Stack<char>();
        while (true)
        {
            Advance(SkipBlanks(_at));
            if (_at >= _source.Length) return;
            if (open.Count == 0 && TryEnd(end, isVariable)) return;
            ReadToken(open);
        }
    }

    private bool TryEnd(string end, bool isVariable)
    {
        var sign = _source[_at] == '-' || (!isVariable && _source[_at] == '+') ? _source[_at] : ' ';
        var at = sign == ' ' ? _at : _at + 1;
        if (string.CompareOrdinal(_source, at, end, 0, 2) != 0) return false;
        _tokens.Add(new Token(isVariable ? TokenKind.VariableEnd : TokenKind.BlockEnd, string.Empty, _line));
        Advance(at + 2);
        AfterTag(sign, trimsLine: !isVariable);
        return true;
    }

    private void AfterTag(char sign, bool trimsLine)
    {
        if (sign == '-') Advance(SkipBlanks(_at));
        else if (sign != '+' && trimsLine && _at < _source.Length && _source[_at] == '\n') Advance(_at + 1);
        _startsLine = _source[_at - 1] == '\n';
    }

    private void ReadToken(Stack<char> open)
    {
        var c = _source[_at];
        if (c is '\'' or '"') ReadString(c);
        else if (char.IsAsciiDigit(c)) ReadNumber();
        else if (c == '_' || char.IsLetter(c)) ReadName();
        else ReadOperator(open);
    }

    private void ReadName()
    {
        var end = _at;
        while (end < _source.Length && (_source[end] == '_' || char.IsLetterOrDigit(_source[end]))) end++;
        Add(TokenKind.Name, string.Intern(_source[_at..end]), end);
    }

    private void ReadNumber()
    {
        var afterDot = _at > 0 && _source[_at - 1] == '.';
        if (!afterDot && NumberScanner.FloatEnd(_source, _at) is var real && real > 0)
            Add(TokenKind.Float, _source[_at..real].Replace("_", string.Empty), real);
        else if (NumberScanner.IntegerEnd(_source, _at) is var end)
            Add(TokenKind.Integer, _source[_at..end].Replace("_", string.Empty), end);
    }

    private void ReadString(char quote)
    {
        var end = _at + 1;
        while (end < _source.Length && _source[end] != quote) end += _source[end] == '\\' ? 2 : 1;
        if (end >= _source.Length) throw Error($"unexpected char {Printer.Repr(quote.ToString())} at {_at}");
        var line = _line;
        var text = StringLiteral.Unescape(_source.AsSpan(_at + 1, end - _at - 1))
            ?? throw Error("a string has an escape sequence that is cut off");
        Advance(end + 1);
        _tokens.Add(new Token(TokenKind.String, text, line));
    }

    private void ReadOperator(Stack<char> open)
    {
        var two = _at + 1 < _source.Length ? _source.Substring(_at, 2) : string.Empty;
        if (two is "//" or "**" or "==" or "!=" or ">=" or "<=")
        {
            Add(TokenKind.Operator, two, _at + 2);
            return;
        }

        var c = _source[_at];
        if (!"+-/*%~[](){}=><.:|,;".Contains(c)) throw Error($"unexpected char {Printer.Repr(c.ToString())} at {_at}");
        if (c is '(' or '[' or '{') open.Push(c == '(' ? ')' : c == '[' ? ']' : '}');
        if (c is ')' or ']' or '}')
        {
            if (!open.TryPop(out var expected)) throw Error($"unexpected '{c}'");
            if (expected != c) throw Error($"unexpected '{c}', expected '{expected}'");
        }

        Add(TokenKind.Operator, c.ToString(), _at + 1);
    }

    private void Add(TokenKind kind, string text, int end)
    {
        _tokens.Add(new Token(kind, text, _line));
        _at = end;
    }

    private int SkipBlanks(int at)
    {
        while (at < _source.Length && Texts.IsWhiteSpace(_source[at])) at++;
        return at;
    }

    private void Advance(int to)
    {
        _line += _source.AsSpan(_at, to - _at).Count('\n');
        _at = to;
    }

    private ChatTemplateException Error(string reason) => new("TemplateSyntaxError", reason, _name, _line);
}
