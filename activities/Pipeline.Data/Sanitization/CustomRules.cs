using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Data.Sanitization;

/// <summary>
/// The operator's own words and patterns; patterns run on the engine that is linear whatever they say.
/// </summary>
internal sealed class CustomRules
{
    private readonly Regex[] _patterns;

    public CustomRules(PiiOptions options)
    {
        var patterns = options.Patterns.ToList();
        if (options.Words.Count > 0)
        {
            var words = options.Words.OrderByDescending(word => word.Length)
                .ThenBy(word => word, StringComparer.Ordinal).Select(Regex.Escape);
            patterns.Add($@"\b(?:{string.Join('|', words)})\b");
        }

        _patterns = [.. patterns.Select(Compile)];
    }

    public void Find(ReadOnlySpan<byte> text, List<PiiSpan> spans)
    {
        if (_patterns.Length == 0)
        {
            return;
        }

        var plain = Encoding.UTF8.GetString(text);
        foreach (var pattern in _patterns)
        {
            foreach (var match in pattern.EnumerateMatches(plain))
            {
                if (match.Length > 0)
                {
                    var start = Encoding.UTF8.GetByteCount(plain.AsSpan(0, match.Index));
                    spans.Add(
                        new PiiSpan(PiiType.Custom, start,
                            start + Encoding.UTF8.GetByteCount(plain.AsSpan(match.Index, match.Length))));
                }
            }
        }
    }

    private static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new ArgumentException(
                $"pattern '{pattern}' cannot be used: {exception.Message} (back references and look-around are not "
                    + $"linear)", nameof(pattern), exception);
        }
    }
}
