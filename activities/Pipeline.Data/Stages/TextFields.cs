using System.Text;

namespace Pipeline.Data.Stages;

/// <summary>Which fields of a row are its text, for similarity and overlap.</summary>
public sealed class TextFields
{
    private readonly HashSet<string> _names;
    private readonly byte[][] _utf8;

    private TextFields(IEnumerable<string> names, bool topLevelOnly)
    {
        _names = names.ToHashSet(StringComparer.Ordinal);
        _utf8 = [.. _names.Select(Encoding.UTF8.GetBytes)];
        TopLevelOnly = topLevelOnly;
    }

    /// <summary>
    /// The fields that training formats use for text, at any depth: contents of messages, prompts, answers, plain text.
    /// </summary>
    public static TextFields Default { get; } = new(
        ["content", "value", "text", "prompt", "completion", "instruction", "input", "output", "question", "answer",
            "response", "chosen", "rejected"],
        topLevelOnly: false);

    /// <summary>Names, for reports and keys.</summary>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>Whether only fields of the row itself count, not those of nested objects.</summary>
    public bool TopLevelOnly { get; }

    /// <summary>Fields of the row itself.</summary>
    /// <param name="names">Field names; at least one.</param>
    /// <returns>The selection.</returns>
    public static TextFields Named(params IEnumerable<string> names)
    {
        var fields = new TextFields(names, topLevelOnly: true);
        return fields._names.Count > 0
            ? fields : throw new ArgumentException("name at least one text field", nameof(names));
    }

    internal bool Contains(ReadOnlySpan<byte> name)
    {
        foreach (var candidate in _utf8)
        {
            if (name.SequenceEqual(candidate))
            {
                return true;
            }
        }

        return false;
    }
}
