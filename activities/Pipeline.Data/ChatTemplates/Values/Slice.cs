using System.Text;

namespace Pipeline.Data.ChatTemplates.Values;

/// <summary><c>[start:stop:step]</c>; null where left out.</summary>
internal sealed record Slice(object? Start, object? Stop, object? Step)
{
    public object Of(RenderState state, object owner)
    {
        var length = Kinds.Length(owner);
        var step = Arguments.Integer(Step, 1);
        if (step == 0) throw Fault.Value("slice step cannot be zero");
        step = Math.Clamp(step, -int.MaxValue, int.MaxValue);
        var from = Bound(Start, step > 0 ? 0 : length - 1, length, step);
        var to = Bound(Stop, step > 0 ? length : -1, length, step);
        var count = Math.Max(0, step > 0 ? (to - from + step - 1) / step : (from - to - step - 1) / -step);
        state.Size(count);
        if (owner is string text) return Text(text, from, step, (int)count);
        if (owner is RangeValue range)
            return new RangeValue(range.At(from), range.At(from + (count * step)), range.Step * step);
        var items = owner is ListValue list ? list.Items : (IReadOnlyList<object?>)((TupleValue)owner).Items;
        var taken = new object?[count];
        for (var i = 0; i < count; i++) taken[i] = items[(int)(from + (i * step))];
        return owner is ListValue ? new ListValue([.. taken]) : new TupleValue(taken);
    }

    private static long Bound(object? given, long otherwise, long length, long step)
    {
        if (given is null) return otherwise;
        var value = Arguments.Integer(given, 0);
        if (value < 0) value = Math.Max(value + length, step > 0 ? 0 : -1);
        return Math.Min(value, step > 0 ? length : length - 1);
    }

    private static string Text(string text, long from, long step, int count)
    {
        if (count == 0) return string.Empty;
        if (!Texts.HasPairs(text))
        {
            if (step == 1) return text.Substring((int)from, count);
            return string.Create(count, (text, from, step), static (span, s) =>
            {
                for (var i = 0; i < span.Length; i++) span[i] = s.text[(int)(s.from + (i * s.step))];
            });
        }

        var offsets = Texts.Offsets(text);
        if (step == 1) return text[offsets[from]..offsets[from + count]];
        var builder = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            var at = from + (i * step);
            builder.Append(text, offsets[at], offsets[at + 1] - offsets[at]);
        }

        return builder.ToString();
    }
}
