using System.Text;
using Pipeline.Data.Sanitization;

namespace Pipeline.Data.Tests.Sanitization;

/// <summary>Texts with the names of classes in the place of findings.</summary>
internal static class PiiText
{
    /// <summary>What the finder leaves of a text.</summary>
    public static string Replaced(string text)
    {
        var (spans, bytes) = (new List<PiiSpan>(), Encoding.UTF8.GetBytes(text));
        new PiiFinder(new PiiOptions()).Find(bytes, spans);
        var (output, last) = (new StringBuilder(), 0);
        foreach (var span in spans)
        {
            output.Append(Encoding.UTF8.GetString(bytes[last..span.Start])).Append($"<{PiiNames.Of(span.Type)}>");
            last = span.End;
        }

        return output.Append(Encoding.UTF8.GetString(bytes[last..])).ToString();
    }
}
