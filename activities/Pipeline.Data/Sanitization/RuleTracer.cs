using System.Text;

namespace Pipeline.Data.Sanitization;

/// <summary>Keeps the first rows that each rule changed.</summary>
internal sealed class RuleTracer(int perRule)
{
    private const int MostCharacters = 500;
    private readonly SortedDictionary<string, List<RuleTrace>> _traces = new(StringComparer.Ordinal);

    public IEnumerable<RuleTrace> All => _traces.Values.SelectMany(list => list);

    public void Add(string rule, string row, string path, string before, string after)
    {
        var list = _traces.TryGetValue(rule, out var found) ? found : _traces[rule] = [];
        if (list.Count < perRule)
        {
            list.Add(new RuleTrace(rule, row, path, Cut(before), Cut(after)));
        }
    }

    public bool Wants(string rule) => perRule > 0 && (!_traces.TryGetValue(rule, out var list) || list.Count < perRule);

    public static string Mask(ReadOnlySpan<byte> text, List<PiiSpan> spans)
    {
        var (output, last) = (new StringBuilder(), 0);
        foreach (var span in spans)
        {
            output.Append(Encoding.UTF8.GetString(text[last..span.Start]))
                .Append('*', Math.Min(12, span.End - span.Start));
            last = span.End;
        }

        return output.Append(Encoding.UTF8.GetString(text[last..])).ToString();
    }

    private static string Cut(string text) =>
        text.Length <= MostCharacters ? text
            : text[..(char.IsHighSurrogate(text[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters)] + "…";
}
