namespace Pipeline.Data.Tokenizers;

/// <summary>A tokenizer file is malformed or uses something that is refused.</summary>
public sealed class TokenizerFormatException : FormatException
{
    /// <summary>Creates the error.</summary>
    /// <param name="source">File name.</param>
    /// <param name="location">Place in the file, such as <c>model.merges[3]</c>; empty for the whole file.</param>
    /// <param name="reason">What is wrong and what to do.</param>
    /// <param name="inner">The cause, if another error led here.</param>
    public TokenizerFormatException(string source, string location, string reason, Exception? inner = null)
        : base(location.Length == 0 ? $"{source}: {reason}" : $"{source}: {location}: {reason}", inner)
    {
    }
}
