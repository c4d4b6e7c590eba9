using Pipeline.Data.Tokenizers.Patterns;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>Reads a pattern: <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
internal static class PatternReader
{
    internal static TextPattern Read(JsonPart part)
    {
        if (!part["String"].IsNull)
        {
            var text = part["String"].Text();
            return text.Length > 0
                ? PatternFactory.Literal(text) : throw part["String"].Error("the pattern must not be empty");
        }

        var regex = part["Regex"];
        return regex.IsNull
            ? throw part.Error("'String' or 'Regex' is expected") : regex.At(() => PatternFactory.Regex(regex.Text()));
    }
}
