using System.Numerics;
using System.Text;

namespace Pipeline.Data.ChatTemplates.Values;

/// <summary>Python's operators.</summary>
internal static class Operations
{
    public static bool IsTrue(object? value) => value switch
    {
        null or UndefinedValue => false,
        bool flag => flag,
        string text => text.Length > 0,
        long number => number != 0,
        double real => real != 0,
        BigInteger big => !big.IsZero,
        ListValue or TupleValue or DictValue or RangeValue or ViewValue or BytesValue or LoopValue =>
            Kinds.Length(value) > 0,
        _ => true,
    };

    public static bool AreEqual(object? left, object? right)
    {
        if (ReferenceEquals(left, right)) return true;
        if (left is string text) return right is string other && text == other;
        // both are numbers
        if (Numbers.TryDouble(left, out _))
            return Numbers.TryDouble(right, out _) && Numbers.Compare(left!, right!) == 0;
        return (left, right) switch
        {
            (ListValue a, ListValue b) => AreEqual(a.Items, b.Items),
            (TupleValue a, TupleValue b) => AreEqual(a.Items, b.Items),
            (DictValue a, DictValue b) => a.Count == b.Count
                && a.Entries.All(e => b.TryGet(e.Key, out var value) && AreEqual(e.Value, value)),
            (RangeValue a, RangeValue b) => a == b,
            (BytesValue a, BytesValue b) => a.Bytes.AsSpan().SequenceEqual(b.Bytes),
            (UndefinedValue, UndefinedValue) => true,
            _ => false,
        };
    }

    /// <summary>Order of two values of one kind.</summary>
    public static int Compare(object? left, object? right) => Compare(left, right, "<");

    public static int Compare(object? left, object? right, string symbol)
    {
        if (left is string a && right is string b) return Texts.Compare(a, b);
        // both are numbers
        if (Numbers.TryDouble(left, out _) && Numbers.TryDouble(right, out _)) return Numbers.Compare(left!, right!);
        IReadOnlyList<object?>? first = left is ListValue x ? x.Items : (left as TupleValue)?.Items;
        IReadOnlyList<object?>? second = right is ListValue y ? y.Items : (right as TupleValue)?.Items;
        if (first is null || second is null || left!.GetType() != right!.GetType()) // neither is null here
        {
            throw Undefined(left, right)
                ?? Fault.Type(
                    $"'{symbol}' not supported between instances of '{Kinds.Name(left)}' and '{Kinds.Name(right)}'");
        }

        RenderState.EnsureStack();
        for (var i = 0; i < Math.Min(first.Count, second.Count); i++)
        {
            if (!AreEqual(first[i], second[i])) return Compare(first[i], second[i], symbol);
        }

        return first.Count.CompareTo(second.Count);
    }

    public static bool Contains(object? container, object? item) => container switch
    {
        string text => item is string part ? text.Contains(part, StringComparison.Ordinal)
            : throw Fault.Type($"'in <string>' requires string as left operand, not {Kinds.Name(item)}"),
        DictValue dict => dict.TryGet(item, out _),
        null or bool or long or double or BigInteger or FunctionValue or NamespaceValue =>
            throw Fault.Type($"argument of type '{Kinds.Name(container)}' is not iterable"),
        _ => Kinds.Walk(container).Any(member => AreEqual(member, item)),
    };

    public static object? Add(RenderState state, object? left, object? right)
    {
        switch (left, right)
        {
            case (string a, string b):
                state.Size((long)a.Length + b.Length);
                return string.Concat(a, b);
            case (ListValue a, ListValue b):
                state.Size((long)a.Items.Count + b.Items.Count);
                return new ListValue([.. a.Items, .. b.Items]);
            case (TupleValue a, TupleValue b):
                state.Size((long)a.Items.Length + b.Items.Length);
                return new TupleValue([.. a.Items, .. b.Items]);
            case (string, not (UndefinedValue or string)):
                throw Fault.Type($"can only concatenate str (not \"{Kinds.Name(right)}\") to str");
            default:
                return Arithmetic("+", left, right, (a, b) => a + b, (a, b) => a + b);
        }
    }

    public static object? Multiply(RenderState state, object? left, object? right)
    {
        var (sequence, times) = left is string or ListValue or TupleValue ? (left, right) : (right, left);
        if (sequence is not (string or ListValue or TupleValue) || !Numbers.TryLong(times, out var count))
            return Arithmetic("*", left, right, (a, b) => a * b, (a, b) => a * b);
        count = Math.Max(0, count);
        state.Size(
            checked((long)BigInteger.Min(long.MaxValue,
                (BigInteger)count * Math.Max(1, sequence is string text ? text.Length : Kinds.Length(sequence)))));
        return sequence switch
        {
            string one => new StringBuilder().Insert(0, one, (int)count).ToString(),
            ListValue list => new ListValue([.. Enumerable.Repeat(list.Items, (int)count).SelectMany(i => i)]),
            _ => new TupleValue([.. Enumerable.Repeat(((TupleValue)sequence).Items, (int)count).SelectMany(i => i)]),
        };
    }

    public static object? Subtract(object? left, object? right) =>
        Arithmetic("-", left, right, (a, b) => a - b, (a, b) => a - b);

    public static object? Divide(object? left, object? right)
    {
        var (a, b) = Doubles("/", left, right);
        return b != 0 ? a / b : throw new ChatTemplateException("ZeroDivisionError", "division by zero");
    }

    public static object? FloorDivide(object? left, object? right) =>
        NotZero(right,
            Arithmetic("//", left, NotZero(right, right), (a, b) => FloorOf(a, b), (a, b) => Math.Floor(a / b)));

    public static object? Modulo(object? left, object? right) =>
        NotZero(right,
            Arithmetic("%", left, NotZero(right, right), (a, b) => a - (FloorOf(a, b) * b),
                (a, b) => a - (Math.Floor(a / b) * b)));

    public static object? Power(object? left, object? right)
    {
        Doubles("** or pow()", left, right);
        return Numbers.Power(left!, right!); // both are numbers, or the line above throws
    }

    public static object? Negate(object? value) => value switch
    {
        double real => -real,
        UndefinedValue undefined => throw undefined.Fault(),
        _ => Numbers.TryInteger(value, out var number)
            ? Numbers.Box(-number) : throw Fault.Type($"bad operand type for unary -: '{Kinds.Name(value)}'"),
    };

    public static object? Plus(object? value) => Negate(Negate(value));

    private static bool AreEqual(IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        RenderState.EnsureStack();
        if (left.Count != right.Count) return false;
        for (var i = 0; i < left.Count; i++)
        {
            if (!AreEqual(left[i], right[i])) return false;
        }

        return true;
    }

    private static BigInteger FloorOf(BigInteger a, BigInteger b)
    {
        var quotient = BigInteger.DivRem(a, b, out var rest);
        return rest.Sign != 0 && rest.Sign != b.Sign ? quotient - 1 : quotient;
    }

    private static object? NotZero(object? divisor, object? result) =>
        Numbers.TryDouble(divisor, out var number) && number == 0
        ? throw new ChatTemplateException("ZeroDivisionError", "integer division or modulo by zero")
        : result;

    private static object? Arithmetic(
        string symbol, object? left, object? right, Func<BigInteger, BigInteger, BigInteger> whole,
        Func<double, double, double> real)
    {
        if (Numbers.TryInteger(left, out var x) && Numbers.TryInteger(right, out var y))
        {
            var result = whole(x, y);
            return result.GetBitLength() <= 400_000
                ? Numbers.Box(result) : throw Fault.Budget("a number has more than 400,000 bits");
        }

        var (a, b) = Doubles(symbol, left, right);
        return real(a, b);
    }

    private static (double Left, double Right) Doubles(string symbol, object? left, object? right) =>
        Numbers.TryDouble(left, out var a) && Numbers.TryDouble(right, out var b)
        ? (a, b)
        : throw Undefined(left, right)
            ?? Fault.Type($"unsupported operand type(s) for {symbol}: '{Kinds.Name(left)}' and '{Kinds.Name(right)}'");

    private static ChatTemplateException? Undefined(object? left, object? right) =>
        (left as UndefinedValue ?? right as UndefinedValue)?.Fault();
}
