namespace Pipeline.EmbeddedTemporal.Storage;

// The tables. Times are microseconds since the Unix epoch. An event's key is (run number << 24 | event id).
internal static class Schema
{
    public const long Version = 2;
    public const int EventIdBits = 24;

    public const string Create = """
        CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS namespaces(name TEXT PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS runs(
            seq INTEGER PRIMARY KEY, ns TEXT NOT NULL, workflow_id TEXT NOT NULL, run_id TEXT NOT NULL UNIQUE,
            type TEXT NOT NULL, queue TEXT NOT NULL, status INTEGER NOT NULL, start_time INTEGER NOT NULL,
            execution_time INTEGER NOT NULL, close_time INTEGER, history_length INTEGER, history_size INTEGER,
            transitions INTEGER NOT NULL, duration INTEGER, parent_id TEXT, parent_run TEXT, root_id TEXT, root_run TEXT,
            attributes TEXT NOT NULL, state TEXT NOT NULL, sum INTEGER);
        CREATE INDEX IF NOT EXISTS runs_current ON runs(ns, workflow_id, seq);
        CREATE INDEX IF NOT EXISTS runs_order ON runs(ns, coalesce(close_time, 9223372036854775807) DESC, start_time DESC, run_id DESC);
        CREATE INDEX IF NOT EXISTS runs_open ON runs(seq) WHERE status = 1;
        CREATE TABLE IF NOT EXISTS events(key INTEGER PRIMARY KEY, data BLOB NOT NULL, sum INTEGER);
        CREATE TABLE IF NOT EXISTS pending(run INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, data TEXT NOT NULL, sum INTEGER,
            PRIMARY KEY(run, kind, id)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS entities(kind TEXT NOT NULL, ns TEXT NOT NULL, id TEXT NOT NULL, data TEXT NOT NULL,
            PRIMARY KEY(kind, ns, id)) WITHOUT ROWID;
        """;

    // The oldest version that can be brought up to date, and how: rows get a checksum.
    public const long OldestVersion = 1;

    public const string FromVersion1 = """
        ALTER TABLE runs ADD COLUMN sum INTEGER;
        ALTER TABLE events ADD COLUMN sum INTEGER;
        ALTER TABLE pending ADD COLUMN sum INTEGER;
        UPDATE runs SET sum = checksum(state);
        UPDATE events SET sum = checksum(data);
        UPDATE pending SET sum = checksum(data);
        """;

    // The first damaged row, in words.
    public const string FindDamage = """
        SELECT 'run number ' || seq FROM runs WHERE sum IS NOT checksum(state)
        UNION ALL SELECT 'event ' || (key & 16777215) || ' of run number ' || (key >> 24) FROM events WHERE sum IS NOT checksum(data)
        UNION ALL SELECT kind || ' ' || id || ' of run number ' || run FROM pending WHERE sum IS NOT checksum(data) LIMIT 1
        """;

    public static long EventKey(long run, long eventId) => (run << EventIdBits) | eventId;

    public static long EventIdOf(long key) => key & ((1L << EventIdBits) - 1);
}
