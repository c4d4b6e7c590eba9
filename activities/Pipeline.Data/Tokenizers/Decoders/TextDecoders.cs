using System.Text;
using Pipeline.Data.Tokenizers.Patterns;

namespace Pipeline.Data.Tokenizers.Decoders;

/// <summary>Joins all tokens.</summary>
internal sealed class FuseDecoder : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens) => [string.Concat(tokens)];
}

/// <summary>Replaces the matches of a pattern in each token.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens) => tokens.ConvertAll(Replace);

    private string Replace(string token)
    {
        var text = Encoding.UTF8.GetBytes(token);
        if (!pattern.TryFind(text, 0, out var start, out var end)) return token;
        var output = new StringBuilder();
        var copied = 0;
        do
        {
            output.Append(Encoding.UTF8.GetString(text, copied, start - copied)).Append(content);
            copied = end;
        }
        while (pattern.TryFind(text, PatternSearch.Next(text, start, end), out start, out end));
        return output.Append(Encoding.UTF8.GetString(text, copied, text.Length - copied)).ToString();
    }
}

/// <summary>Cuts a character off the ends of each token.</summary>
internal sealed class StripDecoder(char content, int start, int stop) : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens) => tokens.ConvertAll(Strip);

    private string Strip(string token)
    {
        var from = 0;
        while (from < start && from < token.Length && token[from] == content) from++;
        var to = token.Length;
        while (token.Length - to < stop && to > from && token[to - 1] == content) to--;
        return token[from..to];
    }
}

/// <summary>Writes the marker as a space and leaves it out at the start.</summary>
internal sealed class MetaspaceDecoder(char marker, bool dropFirst) : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        var output = tokens.ConvertAll(token => token.Replace(marker, ' '));
        if (dropFirst && tokens.Count > 0) output[0] = tokens[0].Replace(marker.ToString(), "");
        return output;
    }
}

/// <summary>Turns the end-of-word suffix into a space.</summary>
internal sealed class BpeDecoder(string suffix) : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        var output = new List<string>(tokens.Count);
        for (var i = 0; i < tokens.Count; i++)
        {
            output.Add(suffix.Length == 0 ? tokens[i] : tokens[i].Replace(suffix, i == tokens.Count - 1 ? "" : " "));
        }

        return output;
    }
}

/// <summary>Joins word pieces; words are separated by spaces.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanUp) : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        var output = new List<string>(tokens.Count);
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (i > 0) token = token.StartsWith(prefix, StringComparison.Ordinal)
                ? token[prefix.Length..] : " " + token;
            output.Add(cleanUp ? CleanUp(token) : token);
        }

        return output;
    }

    /// <summary>Removes the spaces that English spelling does not have.</summary>
    internal static string CleanUp(string text) => text
        .Replace(" .", ".").Replace(" ?", "?").Replace(" !", "!").Replace(" ,", ",").Replace(" ' ", "'")
        .Replace(" n't", "n't").Replace(" 'm", "'m").Replace(" do not", " don't").Replace(" 's", "'s")
        .Replace(" 've", "'ve").Replace(" 're", "'re");
}

/// <summary>Drops repeated tokens and padding, as speech models need it.</summary>
internal sealed class CtcDecoder(string padToken, string wordDelimiter, bool cleanUp) : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        var output = new List<string>();
        string? previous = null;
        foreach (var token in tokens)
        {
            if (token == previous) continue;
            previous = token;
            var text = padToken.Length == 0 ? token : token.Replace(padToken, "");
            if (cleanUp) text = WordPieceDecoder.CleanUp(text).Replace(wordDelimiter, " ");
            if (text.Length > 0) output.Add(text);
        }

        return output;
    }
}
