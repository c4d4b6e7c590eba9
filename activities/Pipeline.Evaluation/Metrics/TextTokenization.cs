namespace Pipeline.Evaluation.Metrics;

/// <summary>How BLEU splits a text into tokens.</summary>
public enum TextTokenization
{
    /// <summary>The rules of the mteval-v13a script, the usual choice for published scores.</summary>
    Mteval13A,

    /// <summary>The rules of mteval-v14 for any script: punctuation and symbols by Unicode category.</summary>
    International,

    /// <summary>Each code point is a token.</summary>
    Characters,

    /// <summary>Split at white space only.</summary>
    None,
}
