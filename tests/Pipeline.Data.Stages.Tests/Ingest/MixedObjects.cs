using System.IO.Compression;
using System.Text;
using DuckDB.NET.Data;
using Pipeline.Data.Ingest;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Tests.Ingest;

/// <summary>An object of each kind, an empty one, and one row that is malformed.</summary>
internal static class MixedObjects
{
    public const string Marker = "PLANTED-MARKER-7731";

    /// <summary>Key, rows and rows set aside, in the order of the keys.</summary>
    public static readonly (string Key, long Rows, long Quarantined)[] Expected =
    [
        ("a.jsonl", 2, 1), ("b.csv", 2, 0), ("c.json", 1, 0), ("empty.jsonl", 0, 0), ("g.jsonl.gz", 1, 0),
        ("p.parquet", 5, 0),
    ];

    /// <summary>Writes them to a new folder.</summary>
    public static string Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(
            Path.Combine(folder, "a.jsonl"), "{\"text\":\"one\"}\n{broken\n{\"text\":\"" + Marker + "\"}\n");
        File.WriteAllText(Path.Combine(folder, "b.csv"), "text,label\nred,1\ngreen,2\n");
        File.WriteAllText(Path.Combine(folder, "c.json"), "[{\"text\":\n \"in two lines\"}]");
        File.WriteAllText(Path.Combine(folder, "empty.jsonl"), "");
        using (var gzip = new GZipStream(
            File.Create(Path.Combine(folder, "g.jsonl.gz")), CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes("{\"text\":\"squeezed\"}\n"));
        }

        WriteParquet(Path.Combine(folder, "p.parquet"), rows: 5);
        return folder;
    }

    /// <summary>What a manifest must say about them, wherever they lie.</summary>
    public static void Check(IEnumerable<IngestedObject> objects, string folder)
    {
        var found = objects.ToList();
        found.Select(item => (item.Key, item.Rows, item.Quarantined)).ShouldBe(Expected);
        foreach (var item in found)
        {
            var content = File.ReadAllBytes(Path.Combine(folder, item.Key));
            item.Version.ShouldNotBeEmpty();
            (item.Bytes, item.Sha256).ShouldBe(
                (content.Length,
                    Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))), item.Key);
        }
    }

    private static void WriteParquet(string path, int rows)
    {
        DuckDbLibrary.EnsureLoaded();
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            $"COPY (SELECT range AS n, 'text ' || range AS text FROM range({rows})) TO '{path}' (FORMAT parquet)";
        command.ExecuteNonQuery();
    }
}
