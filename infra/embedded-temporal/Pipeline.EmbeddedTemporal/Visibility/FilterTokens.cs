using System.Text;

namespace Pipeline.EmbeddedTemporal.Visibility;

internal enum TokenKind
{
    Word,
    Text,
    Number,
    Symbol,
    End,
}

// A word of a list filter and where it starts.
internal readonly record struct FilterToken(TokenKind Kind, string Value, int Position);

// Splits a list filter into words, quoted texts, numbers and symbols.
internal static class FilterTokens
{
    public static List<FilterToken> Split(string text)
    {
        var tokens = new List<FilterToken>();
        var i = 0;
        while (i < text.Length)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c)) i++;
            else if (c is '\'' or '"') tokens.Add(Quoted(text, ref i, TokenKind.Text));
            else if (c == '`') tokens.Add(Quoted(text, ref i, TokenKind.Word));
            else if (char.IsAsciiDigit(c)
                || (c is '-' or '+' or '.' && i + 1 < text.Length
                    && (char.IsAsciiDigit(text[i + 1]) || text[i + 1] == '.')))
                tokens.Add(
                    While(text, ref i, TokenKind.Number,
                        ch => char.IsAsciiLetterOrDigit(ch) || ch is '.' or '-' or '+'));
            else if (char.IsLetter(c) || c == '_')
                tokens.Add(While(text, ref i, TokenKind.Word, ch => char.IsLetterOrDigit(ch) || ch is '_' or '-'));
            else tokens.Add(Symbol(text, ref i));
        }

        tokens.Add(new FilterToken(TokenKind.End, "", text.Length));
        return tokens;
    }

    private static FilterToken Quoted(string text, ref int i, TokenKind kind)
    {
        var (start, quote) = (i, text[i]);
        var value = new StringBuilder();
        for (i++; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length) value.Append(text[++i]);
            else if (text[i] != quote) value.Append(text[i]);
            else if (i + 1 < text.Length && text[i + 1] == quote) value.Append(text[i++]);
            else
            {
                i++;
                return new FilterToken(kind, value.ToString(), start);
            }
        }

        throw VisibilityErrors.Malformed(start, text[start..]);
    }

    private static FilterToken While(string text, ref int i, TokenKind kind, Func<char, bool> belongs)
    {
        var start = i;
        do i++;
        while (i < text.Length && belongs(text[i]));
        return new FilterToken(kind, text[start..i], start);
    }

    private static FilterToken Symbol(string text, ref int i)
    {
        var start = i;
        var two = i + 1 < text.Length ? text.Substring(i, 2) : "";
        var symbol = two is "!=" or "<=" or ">=" or "<>" ? two : text[i].ToString();
        if (symbol.Length == 1 && !"=<>(),*".Contains(symbol[0])) throw VisibilityErrors.Malformed(start, symbol);
        i += symbol.Length;
        return new FilterToken(TokenKind.Symbol, symbol == "<>" ? "!=" : symbol, start);
    }
}
