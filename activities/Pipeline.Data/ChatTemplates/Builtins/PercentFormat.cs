using System.Globalization;
using System.Numerics;
using System.Text;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary>Python's <c>text % values</c>.</summary>
internal sealed class PercentFormat
{
    private readonly RenderState _state;
    private readonly string _format;
    private readonly object? _given;
    private readonly StringBuilder _text = new();
    private int _at;
    private int _used;

    private PercentFormat(RenderState state, string format, object? given) =>
        (_state, _format, _given) = (state, format, given);

    public static string Apply(RenderState state, string format, object? given)
    {
        var formatter = new PercentFormat(state, format, given);
        formatter.Run();
        return formatter._text.ToString();
    }

    private void Run()
    {
        while (_at < _format.Length)
        {
            var c = _format[_at++];
            if (c != '%') _text.Append(c);
            else if (_at < _format.Length && _format[_at] == '%') _text.Append(_format[_at++]);
            else Conversion();
        }

        var left = _given is TupleValue tuple
            ? _used < tuple.Items.Length : _used == 0 && _given is not (DictValue or ListValue or UndefinedValue);
        if (left) throw Fault.Type("not all arguments converted during string formatting");
        _state.Size(_text.Length);
    }

    private void Conversion()
    {
        object? named = Arguments.Absent;
        if (_at < _format.Length && _format[_at] == '(') named = Named();
        var flags = TakeWhile("-+ #0");
        var width = Size();
        int? precision = null;
        if (_at < _format.Length && _format[_at] == '.')
        {
            _at++;
            precision = (int)Size();
        }

        TakeWhile("hlL");
        if (_at >= _format.Length) throw Fault.Value("incomplete format");
        var type = _format[_at++];
        var value = ReferenceEquals(named, Arguments.Absent) ? Next() : named;
        var body = Body(type, value, precision, flags.Contains('#'));
        var isNumber = !(type is 's' or 'r' or 'a' or 'c');
        if (isNumber && !body.StartsWith('-') && flags.Contains('+')) body = "+" + body;
        else if (isNumber && !body.StartsWith('-') && flags.Contains(' ')) body = " " + body;
        var align = flags.Contains('-') ? '<' : isNumber && flags.Contains('0') ? '=' : '>';
        _text.Append(FormatSpec.Fit(_state, body, width, align == '=' ? "0" : " ", align));
        _state.CheckOutput(_text.Length);
    }

    private string Body(char type, object? value, int? precision, bool alternate)
    {
        switch (type)
        {
            case 's' or 'r' or 'a':
                var text = type == 's' ? Printer.Str(value) : Printer.Repr(value);
                return precision is { } limit ? (string)new Slice(null, (long)limit, null).Of(_state, text) : text;
            case 'c':
                return value is string { Length: > 0 } one && Texts.Length(one) == 1
                    ? one : char.ConvertFromUtf32((int)Whole(value, type));
            case 'd' or 'i' or 'u':
                return Whole(value, type).ToString(CultureInfo.InvariantCulture).PadLeft(precision ?? 0, '0');
            case 'x' or 'X' or 'o':
                return (alternate ? "0" + type : string.Empty)
                    + FormatSpec.Radix(Whole(value, type), type == 'o' ? 8 : 16, type == 'X');
            case 'f' or 'F': return Numbers.Fixed(Real(value), precision ?? 6);
            case 'e' or 'E': return FormatSpec.Exponent(Real(value), precision ?? 6, type == 'E');
            case 'g' or 'G': return FormatSpec.General(Real(value), precision ?? 6, type == 'G');
            default: throw Fault.Value($"unsupported format character '{type}' (0x{(int)type:x}) at index {_at - 1}");
        }
    }

    private object? Next()
    {
        if (_given is TupleValue tuple) return _used < tuple.Items.Length
            ? tuple.Items[_used++] : throw Fault.Type("not enough arguments for format string");
        return _used++ == 0 ? _given : throw Fault.Type("not enough arguments for format string");
    }

    private object? Named()
    {
        var end = _format.IndexOf(')', _at);
        if (end < 0) throw Fault.Value("incomplete format key");
        var key = _format[(_at + 1)..end];
        _at = end + 1;
        var dict = _given as DictValue ?? throw Fault.Type("format requires a mapping");
        return dict.TryGet(key, out var value) ? value : throw new ChatTemplateException("KeyError", Printer.Repr(key));
    }

    private long Size()
    {
        if (_at < _format.Length && _format[_at] == '*')
        {
            _at++;
            return Arguments.Integer(Next(), 0);
        }

        var digits = TakeWhile("0123456789");
        return digits.Length == 0 ? 0 : digits.Length < 8
            ? long.Parse(digits, CultureInfo.InvariantCulture) : throw Fault.Value("width too big");
    }

    private string TakeWhile(string any)
    {
        var start = _at;
        while (_at < _format.Length && any.Contains(_format[_at])) _at++;
        return _format[start.._at];
    }

    private static BigInteger Whole(object? value, char type) => value is double real && type is 'd' or 'i' or 'u'
        ? new BigInteger(Math.Truncate((double)value))
        : Numbers.TryInteger(value, out var number) ? number : throw (value as UndefinedValue)?.Fault()
            ?? Fault.Type($"%{type} format: a real number is required, not {Kinds.Name(value)}");

    private static double Real(object? value) => Numbers.TryDouble(value, out var number) ? number
        : throw (value as UndefinedValue)?.Fault() ?? Fault.Type($"must be real number, not {Kinds.Name(value)}");
}
