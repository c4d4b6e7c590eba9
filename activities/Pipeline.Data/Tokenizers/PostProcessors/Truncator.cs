namespace Pipeline.Data.Tokenizers.PostProcessors;

/// <summary>Cuts encodings to a maximal length.</summary>
internal static class Truncator
{
    /// <summary>Cuts one text or a pair.</summary>
    /// <param name="encodings">One or two encodings, replaced in place.</param>
    /// <param name="options">Limits; the length includes the template's tokens.</param>
    /// <param name="addedTokens">Tokens that the template will add.</param>
    internal static void Truncate(List<TokenEncoding> encodings, TruncationOptions options, int addedTokens)
    {
        var limit = options.MaxLength - addedTokens;
        if (limit < 0)
        {
            throw new ArgumentException(
                $"the maximal length {options.MaxLength} has no room for the {addedTokens} tokens of the template",
                nameof(options));
        }

        var total = encodings.Sum(encoding => encoding.Count);
        if (limit == 0)
        {
            for (var i = 0; i < encodings.Count; i++) encodings[i] = Cut(encodings[i], 0, options);
            return;
        }

        if (total <= limit) return;
        if (options.Strategy == TruncationStrategy.LongestFirst)
        {
            LongestFirst(encodings, limit, options);
            return;
        }

        var target = options.Strategy == TruncationStrategy.OnlyFirst ? 0 : 1;
        if (target >= encodings.Count)
        {
            throw new ArgumentException(
                "truncation is set to cut only the second text, and there is none", nameof(encodings));
        }

        var keep = encodings[target].Count - (total - limit);
        if (keep <= 0)
        {
            throw new ArgumentException(
                $"the text to cut has {encodings[target].Count} tokens, and {total - limit} are too many",
                nameof(encodings));
        }

        encodings[target] = Cut(encodings[target], keep, options);
    }

    private static void LongestFirst(List<TokenEncoding> encodings, int limit, TruncationOptions options)
    {
        if (encodings.Count == 1)
        {
            encodings[0] = Cut(encodings[0], limit, options);
            return;
        }

        var shorter = Math.Min(encodings[0].Count, encodings[1].Count);
        var longer = shorter > limit ? shorter : Math.Max(shorter, limit - shorter);
        if (shorter + longer > limit)
        {
            shorter = limit / 2;
            longer = shorter + (limit % 2);
        }

        var swapped = encodings[0].Count > encodings[1].Count;
        encodings[0] = Cut(encodings[0], swapped ? longer : shorter, options);
        encodings[1] = Cut(encodings[1], swapped ? shorter : longer, options);
    }

    private static TokenEncoding Cut(TokenEncoding encoding, int length, TruncationOptions options)
    {
        var count = encoding.Count;
        if (length >= count) return encoding;
        if (length == 0) return new TokenEncoding { Overflowing = [encoding] };
        if (options.Stride >= length)
        {
            throw new ArgumentException(
                $"the stride {options.Stride} must be below the {length} tokens that are left for text",
                nameof(options));
        }

        var parts = new List<TokenEncoding>();
        var step = length - options.Stride;
        if (options.FromLeft)
        {
            for (var end = count; ; end -= step)
            {
                var start = Math.Max(0, end - length);
                parts.Add(encoding.Slice(start, end));
                if (start == 0) break;
            }
        }
        else
        {
            for (var start = 0; ; start += step)
            {
                var end = Math.Min(start + length, count);
                parts.Add(encoding.Slice(start, end));
                if (end == count) break;
            }
        }

        parts[0].Overflowing = parts[1..];
        return parts[0];
    }
}
