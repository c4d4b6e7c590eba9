namespace Pipeline.Evaluation.Metrics;

/// <summary>Porter's stemmer with the extensions that the common ROUGE package uses.</summary>
/// <remarks>
/// Source: Porter 1980 with the later changes of NLTK's default mode (irregular words, <c>-ied</c>, <c>-alli</c>,
/// <c>-fulli</c>, <c>-logi</c>).
/// </remarks>
internal static class PorterStemmer
{
    private static readonly Dictionary<string, string> Irregular = new(StringComparer.Ordinal)
    {
        ["sky"] = "sky",
        ["skies"] = "sky",
        ["dying"] = "die",
        ["lying"] = "lie",
        ["tying"] = "tie",
        ["news"] = "news",
        ["innings"] = "inning",
        ["inning"] = "inning",
        ["outings"] = "outing",
        ["outing"] = "outing",
        ["cannings"] = "canning",
        ["canning"] = "canning",
        ["howe"] = "howe",
        ["proceed"] = "proceed",
        ["exceed"] = "exceed",
        ["succeed"] = "succeed",
    };

    private static readonly (string Suffix, string Replacement)[] Step2Rules =
    [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("bli", "ble"),
        ("alli", "al"),
        ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"),
        ("alism", "al"),
        ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"),
        ("biliti", "ble"), ("fulli", "ful"),
    ];

    private static readonly (string Suffix, string Replacement)[] Step3Rules =
        [("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", "")];

    private static readonly string[] Step4Suffixes =
    [
        "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate",
        "iti", "ous", "ive", "ize",
    ];

    /// <summary>The stem of a word in lower case.</summary>
    public static string Stem(string word)
    {
        if (Irregular.TryGetValue(word, out var stem)) return stem;
        if (word.Length <= 2) return word;
        return Step5(Step4(Step3(Step2(Step1C(Step1B(Step1A(word)))))));
    }

    private static string Step1A(string word) =>
        word.Length == 4 && word.EndsWith("ies") ? word[..^1]
        : word.EndsWith("sses") || word.EndsWith("ies") ? word[..^2]
        : word.EndsWith('s') && !word.EndsWith("ss") ? word[..^1]
        : word;

    private static string Step1B(string word)
    {
        if (word.EndsWith("ied")) return word.Length == 4 ? word[..^1] : word[..^2];
        if (word.EndsWith("eed")) return Measure(word.AsSpan()[..^3]) > 0 ? word[..^1] : word;
        var stem = word.EndsWith("ed") && HasVowel(word.AsSpan()[..^2]) ? word[..^2]
            : word.EndsWith("ing") && HasVowel(word.AsSpan()[..^3]) ? word[..^3] : null;
        if (stem is null) return word;
        if (stem.EndsWith("at") || stem.EndsWith("bl") || stem.EndsWith("iz")) return stem + "e";
        if (stem.Length >= 2 && stem[^1] == stem[^2] && IsConsonant(stem, stem.Length - 1))
            return stem[^1] is 'l' or 's' or 'z' ? stem : stem[..^1];
        return Measure(stem) == 1 && EndsShort(stem) ? stem + "e" : stem;
    }

    private static string Step1C(string word) =>
        word.EndsWith('y') && word.Length > 2 && IsConsonant(word, word.Length - 2) ? word[..^1] + "i" : word;

    private static string Step2(string word)
    {
        if (word.EndsWith("alli") && Measure(word.AsSpan()[..^4]) > 0) return Step2(word[..^2]);
        // The measure of "-logi" counts the l that stays.
        if (word.EndsWith("logi")) return Measure(word.AsSpan()[..^3]) > 0 ? word[..^1] : word;
        return Apply(word, Step2Rules);
    }

    private static string Step3(string word) => Apply(word, Step3Rules);

    private static string Apply(string word, (string Suffix, string Replacement)[] rules)
    {
        foreach (var (suffix, replacement) in rules)
        {
            if (!word.EndsWith(suffix)) continue;
            var stem = word[..^suffix.Length];
            return Measure(stem) > 0 ? stem + replacement : word;
        }

        return word;
    }

    private static string Step4(string word)
    {
        foreach (var suffix in Step4Suffixes)
        {
            if (!word.EndsWith(suffix)) continue;
            var stem = word[..^suffix.Length];
            return Measure(stem) > 1 && (suffix != "ion" || stem[^1] is 's' or 't') ? stem : word;
        }

        return word;
    }

    private static string Step5(string word)
    {
        if (word.EndsWith('e'))
        {
            var measure = Measure(word.AsSpan()[..^1]);
            if (measure > 1 || (measure == 1 && !EndsShort(word[..^1]))) word = word[..^1];
        }

        return word.EndsWith("ll") && Measure(word.AsSpan()[..^1]) > 1 ? word[..^1] : word;
    }

    private static bool IsConsonant(ReadOnlySpan<char> word, int at) =>
        word[at] is not ('a' or 'e' or 'i' or 'o' or 'u') && (word[at] != 'y' || at == 0 || !IsConsonant(word, at - 1));

    private static bool HasVowel(ReadOnlySpan<char> word)
    {
        for (var i = 0; i < word.Length; i++)
        {
            if (!IsConsonant(word, i)) return true;
        }

        return false;
    }

    /// <summary>Number of changes from vowels to consonants.</summary>
    private static int Measure(ReadOnlySpan<char> word)
    {
        var count = 0;
        for (var i = 1; i < word.Length; i++) count += IsConsonant(word, i) && !IsConsonant(word, i - 1) ? 1 : 0;
        return count;
    }

    private static bool EndsShort(string word)
    {
        var n = word.Length;
        if (n == 2) return !IsConsonant(word, 0) && IsConsonant(word, 1);
        return n >= 3 && IsConsonant(word, n - 3) && !IsConsonant(word, n - 2) && IsConsonant(word, n - 1)
            && word[^1] is not ('w' or 'x' or 'y');
    }
}
