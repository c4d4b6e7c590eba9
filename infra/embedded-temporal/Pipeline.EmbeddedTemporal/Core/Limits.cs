namespace Pipeline.EmbeddedTemporal.Core;

// The limits of the real server, in bytes or counts.
internal static class Limits
{
    public const int IdLength = 1000;
    public const int BlobBytes = 2 * 1024 * 1024;
    public const int MemoBytes = 2 * 1024 * 1024;
    public const int SearchAttributeValueBytes = 2 * 1024;
    public const int SearchAttributeTotalBytes = 40 * 1024;
    public const int SearchAttributeKeys = 100;
    public const int PendingItems = 2000;
    public const int SignalsPerRun = 10_000;
    public const int BufferedEvents = 100;
    public const int BufferedBytes = 2 * 1024 * 1024;
    public const int HistoryEvents = 50 * 1024;
    public const long HistoryBytes = 50L * 1024 * 1024;
    public const int SuggestContinueEvents = 4 * 1024;
    public const long SuggestContinueBytes = 4L * 1024 * 1024;
    public const int UpdatesInFlight = 10;
    public const int UpdatesPerRun = 2000;
    public const int PageSize = 1000;
    public const int HistoryPage = 256;
    public static readonly TimeSpan DefaultTaskTimeout = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan MaxTaskTimeout = TimeSpan.FromSeconds(120);
    public static readonly TimeSpan StickyPollerLife = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan HistoryLongPoll = TimeSpan.FromSeconds(20);
    public static readonly TimeSpan SpeculativeScheduleToStart = TimeSpan.FromSeconds(5);
}
