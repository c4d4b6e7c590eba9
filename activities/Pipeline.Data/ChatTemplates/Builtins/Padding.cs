using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Builtins;

/// <summary>Fills texts up to a width.</summary>
internal static class Padding
{
    public static string Left(RenderState state, string text, long width, string fill) =>
        text + Fill(state, width - Texts.Length(text), fill);

    public static string Right(RenderState state, string text, long width, string fill) =>
        Fill(state, width - Texts.Length(text), fill) + text;

    public static string Center(RenderState state, string text, long width, string fill)
    {
        var missing = width - Texts.Length(text);
        if (missing <= 0) return text;

        // Python puts the odd character on the left only when the width is odd too.
        var left = (missing / 2) + (missing & width & 1);
        return Fill(state, left, fill) + text + Fill(state, missing - left, fill);
    }

    public static string Fill(RenderState state, long count, string fill)
    {
        if (count <= 0) return string.Empty;
        state.Size(count);
        return fill.Length == 1 ? new string(fill[0], (int)count) : string.Concat(Enumerable.Repeat(fill, (int)count));
    }
}
