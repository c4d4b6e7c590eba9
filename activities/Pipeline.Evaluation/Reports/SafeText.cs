using System.Net;

namespace Pipeline.Evaluation.Reports;

/// <summary>Any text as text of a page.</summary>
internal static class SafeText
{
    /// <summary>
    /// Escapes markup; control characters other than white space become a visible mark, because they hide text from
    /// readers of the source.
    /// </summary>
    public static string Encode(string text) =>
        WebUtility.HtmlEncode(
            string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\ufffd' : c)));
}
