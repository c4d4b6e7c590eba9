namespace Pipeline.Registry.Licences;

/// <summary>Reads SPDX licence expressions: ids with AND, OR, WITH and parentheses.</summary>
/// <remarks>
/// Source: SPDX specification 2.3, annex D. AND binds tighter than OR; operators are also accepted in lower case.
/// </remarks>
public static class SpdxExpression
{
    private const int MaxLength = 1000;
    private const int MaxAlternatives = 64;

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <returns>The alternatives one may choose from; each is the set of licences that then hold together.</returns>
    /// <exception cref="FormatException">The text is not an expression.</exception>
    public static IReadOnlyList<IReadOnlyList<string>> Alternatives(string text)
    {
        var tokens = Tokens(text);
        var position = 0;
        var result = Or(tokens, ref position, 0);
        return position == tokens.Count ? result : throw Refuse(text);
    }

    private static List<IReadOnlyList<string>> Or(List<string> tokens, ref int position, int depth)
    {
        var result = And(tokens, ref position, depth);
        while (position < tokens.Count && Is(tokens[position], "OR"))
        {
            position++;
            result.AddRange(And(tokens, ref position, depth));
        }

        return result;
    }

    private static List<IReadOnlyList<string>> And(List<string> tokens, ref int position, int depth)
    {
        var result = Term(tokens, ref position, depth);
        while (position < tokens.Count && Is(tokens[position], "AND"))
        {
            position++;
            var right = Term(tokens, ref position, depth);
            if (result.Count * right.Count > MaxAlternatives)
            {
                throw Refuse(string.Join(' ', tokens));
            }

            result = [
                .. result.SelectMany(
                    _ => right, (one, other) => (IReadOnlyList<string>)[.. one.Union(other, StringComparer.Ordinal)])];
        }

        return result;
    }

    private static List<IReadOnlyList<string>> Term(List<string> tokens, ref int position, int depth)
    {
        if (position >= tokens.Count || depth > 16 || Is(tokens[position], "AND") || Is(tokens[position], "OR")
            || tokens[position] == ")")
        {
            throw Refuse(string.Join(' ', tokens));
        }

        var token = tokens[position++];
        if (token != "(")
        {
            // An exception only ever permits more, so the plain licence is the safe reading.
            position += position + 1 < tokens.Count && Is(tokens[position], "WITH") ? 2 : 0;
            return [[token]];
        }

        var inner = Or(tokens, ref position, depth + 1);
        return position < tokens.Count && tokens[position++] == ")" ? inner : throw Refuse(string.Join(' ', tokens));
    }

    private static List<string> Tokens(string text)
    {
        if (text.Length is 0 or > MaxLength
            || !text.All(c => char.IsAsciiLetterOrDigit(c) || "-.+() :".Contains(c, StringComparison.Ordinal)))
        {
            throw Refuse(text.Length > 80 ? text[..80] : text);
        }

        return [.. text.Replace("(", " ( ", StringComparison.Ordinal).Replace(")", " ) ", StringComparison.Ordinal)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static bool Is(string token, string word) => token.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static FormatException Refuse(string text) =>
        new($"'{text}' is not an SPDX licence expression; write ids joined with AND or OR");
}
