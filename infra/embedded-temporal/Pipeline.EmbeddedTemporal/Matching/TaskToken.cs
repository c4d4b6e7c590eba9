using System.Globalization;
using System.Text;

namespace Pipeline.EmbeddedTemporal.Matching;

// What a worker sends back to name the task it was given.
internal sealed record TaskToken(
    char Kind, string RunId, long ScheduledId, long StartedId, int Attempt, long Stamp, string Extra = "")
{
    public const char Workflow = 'w';
    public const char Activity = 'a';
    public const char Query = 'q';

    public ByteString Encode() => ByteString.CopyFromUtf8(string.Create(CultureInfo.InvariantCulture,
        $"t1|{Kind}|{RunId}|{ScheduledId}|{StartedId}|{Attempt}|{Stamp}|{Extra}"));

    public static TaskToken Decode(ByteString token, char kind)
    {
        if (token.IsEmpty) throw RpcError.Invalid("Task token not set on request.");
        var parts = Encoding.UTF8.GetString(token.Span).Split('|', 8);
        return parts is ["t1", [var k], var run, var scheduled, var started, var attempt, var stamp, var extra]
            && k == kind
            && long.TryParse(scheduled, CultureInfo.InvariantCulture, out var s)
            && long.TryParse(started, CultureInfo.InvariantCulture, out var st)
            && int.TryParse(attempt, CultureInfo.InvariantCulture, out var a)
            && long.TryParse(stamp, CultureInfo.InvariantCulture, out var p)
            ? new TaskToken(k, run, s, st, a, p, extra)
            : throw RpcError.Invalid("Error deserializing task token.");
    }
}
