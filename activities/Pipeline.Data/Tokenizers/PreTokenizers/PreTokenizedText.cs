using Pipeline.Data.Tokenizers.Patterns;
using Pipeline.Data.Tokenizers.Text;

namespace Pipeline.Data.Tokenizers.PreTokenizers;

/// <summary>A text and the ranges it is split into so far.</summary>
internal sealed class PreTokenizedText(bool track)
{
    private readonly List<(int Start, int End, bool IsMatch)> _segments = [];
    private List<(int Start, int End)> _ranges = [];
    private List<(int Start, int End)> _spare = [];
    private readonly AlignedText _otherText = new(track);
    private readonly AlignedText _ownText = new(track);

    internal AlignedText Text { get; private set; } = new(track);

    internal List<(int Start, int End)> Ranges => _ranges;

    /// <summary>Whether the first byte of the text is the first byte of the whole input.</summary>
    internal bool StartsInput { get; private set; }

    internal void Reset(AlignedText text, int start, int end, bool startsInput)
    {
        Text = text;
        StartsInput = startsInput && start == 0;
        _ranges.Clear();
        if (end > start) _ranges.Add((start, end));
    }

    internal bool IsAtInputStart(int position) =>
        Text.Tracks ? position < Text.Length && Text.StartAt(position) == 0 : StartsInput && position == 0;

    /// <summary>Starts a new text that later calls append to; the ranges are rebuilt along.</summary>
    internal (AlignedText Source, AlignedText Target, List<(int Start, int End)> Old) BeginRewrite()
    {
        var source = Text;
        var target = ReferenceEquals(source, _ownText) ? _otherText : _ownText;
        target.Clear();
        if (_ranges.Count == 0 || _ranges[0].Start != 0) StartsInput = false;
        (_ranges, _spare) = (_spare, _ranges);
        _ranges.Clear();
        Text = target;
        return (source, target, _spare);
    }

    internal void Split(TextPattern pattern, SplitBehavior behavior, bool invert)
    {
        (_ranges, _spare) = (_spare, _ranges);
        _ranges.Clear();
        foreach (var (start, end) in _spare)
        {
            FindSegments(Text.Bytes[start..end], pattern, invert);
            AddSegments(start, behavior);
        }
    }

    private void FindSegments(ReadOnlySpan<byte> text, TextPattern pattern, bool invert)
    {
        _segments.Clear();
        var previous = 0;
        var search = 0;
        while (search <= text.Length && pattern.TryFind(text, search, out var start, out var end))
        {
            search = PatternSearch.Next(text, start, end);
            if (start > previous) _segments.Add((previous, start, invert));
            _segments.Add((start, end, !invert));
            previous = end;
        }

        if (previous < text.Length) _segments.Add((previous, text.Length, invert));
    }

    private void AddSegments(int offset, SplitBehavior behavior)
    {
        var first = _ranges.Count;
        var previousMatch = false;
        switch (behavior)
        {
            case SplitBehavior.MergedWithNext:
                for (var i = _segments.Count - 1; i >= 0; i--)
                {
                    var (start, end, isMatch) = _segments[i];
                    if (isMatch && !previousMatch && _ranges.Count > first)
                        _ranges[^1] = (offset + start, _ranges[^1].End);
                    else _ranges.Add((offset + start, offset + end));
                    previousMatch = isMatch;
                }

                _ranges.Reverse(first, _ranges.Count - first);
                break;
            default:
                foreach (var (start, end, isMatch) in _segments)
                {
                    var extend = behavior switch
                    {
                        SplitBehavior.MergedWithPrevious => isMatch && !previousMatch,
                        SplitBehavior.Contiguous => isMatch == previousMatch,
                        _ => false,
                    };
                    previousMatch = isMatch;
                    if (behavior == SplitBehavior.Removed && isMatch) continue;
                    if (extend && _ranges.Count > first) _ranges[^1] = (_ranges[^1].Start, offset + end);
                    else _ranges.Add((offset + start, offset + end));
                }

                break;
        }

        for (var i = _ranges.Count - 1; i >= first; i--)
        {
            if (_ranges[i].Start == _ranges[i].End) _ranges.RemoveAt(i);
        }
    }
}
