using System.Text;

namespace Pipeline.Data.Sanitization;

/// <summary>
/// What the name of a field tells about its value: a date behind <c>dob</c> is one of birth, four numbers behind
/// <c>version</c> are no address.
/// </summary>
internal static class FieldContext
{
    private static readonly string[] Telling =
    [
        "birth", "dob", "born", "geburt", "ssn", "social_security", "passport", "phone", "mobile", "fax", "tel",
        "whatsapp", "address", "addr", "street",
        "password", "passwd", "pwd", "secret", "token", "apikey", "api_key", "api-key", "version",
        "release",
    ];

    /// <summary>What stands between a value and its name in JSON.</summary>
    public static ReadOnlySpan<byte> Behind => "\""u8;

    /// <summary>What is read before a value: its name as in JSON; empty for a name that tells nothing.</summary>
    public static byte[] Before(ReadOnlySpan<byte> name)
    {
        var text = Encoding.UTF8.GetString(name);
        return Array.Exists(Telling, word => text.Contains(word, StringComparison.OrdinalIgnoreCase))
            ? Encoding.UTF8.GetBytes($"\"{text}\": \"") : [];
    }
}
