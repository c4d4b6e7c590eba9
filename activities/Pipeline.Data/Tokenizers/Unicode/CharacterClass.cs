using System.Globalization;

namespace Pipeline.Data.Tokenizers.Unicode;

/// <summary>Bit masks over general categories: bit n stands for <see cref="UnicodeCategory"/> value n.</summary>
internal static class CharacterClass
{
    internal const uint UpperCase = 1u << (int)UnicodeCategory.UppercaseLetter;
    internal const uint LowerCase = 1u << (int)UnicodeCategory.LowercaseLetter;
    internal const uint TitleCase = 1u << (int)UnicodeCategory.TitlecaseLetter;
    internal const uint ModifierLetter = 1u << (int)UnicodeCategory.ModifierLetter;
    internal const uint OtherLetter = 1u << (int)UnicodeCategory.OtherLetter;
    internal const uint Letter = UpperCase | LowerCase | TitleCase | ModifierLetter | OtherLetter;

    internal const uint NonSpacingMark = 1u << (int)UnicodeCategory.NonSpacingMark;
    internal const uint SpacingMark = 1u << (int)UnicodeCategory.SpacingCombiningMark;
    internal const uint EnclosingMark = 1u << (int)UnicodeCategory.EnclosingMark;
    internal const uint Mark = NonSpacingMark | SpacingMark | EnclosingMark;

    internal const uint DecimalNumber = 1u << (int)UnicodeCategory.DecimalDigitNumber;
    internal const uint LetterNumber = 1u << (int)UnicodeCategory.LetterNumber;
    internal const uint OtherNumber = 1u << (int)UnicodeCategory.OtherNumber;
    internal const uint Number = DecimalNumber | LetterNumber | OtherNumber;

    internal const uint ConnectorPunctuation = 1u << (int)UnicodeCategory.ConnectorPunctuation;
    internal const uint DashPunctuation = 1u << (int)UnicodeCategory.DashPunctuation;
    internal const uint OpenPunctuation = 1u << (int)UnicodeCategory.OpenPunctuation;
    internal const uint ClosePunctuation = 1u << (int)UnicodeCategory.ClosePunctuation;
    internal const uint InitialQuote = 1u << (int)UnicodeCategory.InitialQuotePunctuation;
    internal const uint FinalQuote = 1u << (int)UnicodeCategory.FinalQuotePunctuation;
    internal const uint OtherPunctuation = 1u << (int)UnicodeCategory.OtherPunctuation;

    internal const uint Punctuation = ConnectorPunctuation | DashPunctuation | OpenPunctuation | ClosePunctuation
        | InitialQuote | FinalQuote | OtherPunctuation;

    internal const uint MathSymbol = 1u << (int)UnicodeCategory.MathSymbol;
    internal const uint CurrencySymbol = 1u << (int)UnicodeCategory.CurrencySymbol;
    internal const uint ModifierSymbol = 1u << (int)UnicodeCategory.ModifierSymbol;
    internal const uint OtherSymbol = 1u << (int)UnicodeCategory.OtherSymbol;
    internal const uint Symbol = MathSymbol | CurrencySymbol | ModifierSymbol | OtherSymbol;

    internal const uint SpaceSeparator = 1u << (int)UnicodeCategory.SpaceSeparator;
    internal const uint LineSeparator = 1u << (int)UnicodeCategory.LineSeparator;
    internal const uint ParagraphSeparator = 1u << (int)UnicodeCategory.ParagraphSeparator;
    internal const uint Separator = SpaceSeparator | LineSeparator | ParagraphSeparator;

    internal const uint Control = 1u << (int)UnicodeCategory.Control;
    internal const uint Format = 1u << (int)UnicodeCategory.Format;
    internal const uint PrivateUse = 1u << (int)UnicodeCategory.PrivateUse;
    internal const uint Unassigned = 1u << (int)UnicodeCategory.OtherNotAssigned;
    internal const uint Surrogate = 1u << (int)UnicodeCategory.Surrogate;
    internal const uint Other = Control | Format | PrivateUse | Unassigned | Surrogate;

    /// <summary>
    /// The category mask of a property name as written in <c>\p{…}</c>, or 0 when it is not a general category.
    /// </summary>
    internal static uint FromName(string name) => name switch
    {
        "L" or "Letter" => Letter,
        "Lu" or "Uppercase_Letter" => UpperCase,
        "Ll" or "Lowercase_Letter" => LowerCase,
        "Lt" or "Titlecase_Letter" => TitleCase,
        "Lm" or "Modifier_Letter" => ModifierLetter,
        "Lo" or "Other_Letter" => OtherLetter,
        "M" or "Mark" => Mark,
        "Mn" or "Nonspacing_Mark" => NonSpacingMark,
        "Mc" or "Spacing_Mark" => SpacingMark,
        "Me" or "Enclosing_Mark" => EnclosingMark,
        "N" or "Number" => Number,
        "Nd" or "Decimal_Number" => DecimalNumber,
        "Nl" or "Letter_Number" => LetterNumber,
        "No" or "Other_Number" => OtherNumber,
        "P" or "Punctuation" => Punctuation,
        "Pc" => ConnectorPunctuation,
        "Pd" => DashPunctuation,
        "Ps" => OpenPunctuation,
        "Pe" => ClosePunctuation,
        "Pi" => InitialQuote,
        "Pf" => FinalQuote,
        "Po" => OtherPunctuation,
        "S" or "Symbol" => Symbol,
        "Sm" => MathSymbol,
        "Sc" => CurrencySymbol,
        "Sk" => ModifierSymbol,
        "So" => OtherSymbol,
        "Z" or "Separator" => Separator,
        "Zs" => SpaceSeparator,
        "Zl" => LineSeparator,
        "Zp" => ParagraphSeparator,
        "C" or "Other" => Other,
        "Cc" => Control,
        "Cf" => Format,
        "Co" => PrivateUse,
        "Cn" => Unassigned,
        _ => 0,
    };
}
