using System.Globalization;
using System.Text;

namespace Pipeline.EmbeddedTemporal.Matching;

// Where a history read continues. Last is zero while the history is still growing.
internal sealed record HistoryToken(string RunId, long Next, long Last, bool ForWorker)
{
    public ByteString Encode() =>
        ByteString.CopyFromUtf8(
            string.Create(CultureInfo.InvariantCulture, $"h1|{RunId}|{Next}|{Last}|{(ForWorker ? 1 : 0)}"));

    public static HistoryToken Decode(ByteString token)
    {
        var parts = Encoding.UTF8.GetString(token.Span).Split('|');
        return parts is ["h1", var run, var next, var last, var worker]
            && long.TryParse(next, CultureInfo.InvariantCulture, out var n)
            && long.TryParse(last, CultureInfo.InvariantCulture, out var l)
            ? new HistoryToken(run, n, l, worker == "1")
            : throw RpcError.Invalid("Invalid NextPageToken.");
    }
}
