using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup;

/// <summary>Tells which rows go, and lists them with what they repeat.</summary>
internal sealed class RemovedList(AtomicFile file, DocumentTable table, ClusterIndex clusters,
    Dictionary<int, HistoryMatch> repeats, ShingleCache shingles)
{
    private static readonly JsonWriterOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly RowParser _parser = new(TextFields.Named("_"));
    private readonly ByteBuffer _kept = new();

    public bool Contains(int document) =>
        clusters.KeptFor(document) is var kept && (kept != document || repeats.ContainsKey(kept));

    /// <summary>Lists a row; returns the rule that removes it.</summary>
    public string Write(int document, RowLine row)
    {
        var (kept, id) = (clusters.KeptFor(document), Id(document, row.Utf8.Span));
        if (repeats.TryGetValue(kept, out var match))
        {
            Write(id, "history", match.Id, match.Similarity, match.Segment);
            return "history";
        }

        table.Read(kept, _kept);
        var (rule, similarity) = clusters.IsExact(document)
            ? ("exact", 1) : ("near", shingles.Similarity(document, kept));
        Write(id, rule, Id(kept, _kept.Span), similarity, null);
        return rule;
    }

    private string Id(int document, ReadOnlySpan<byte> row)
    {
        _parser.Parse(row);
        return _parser.Id ?? ClusterIndex.Name(table, document);
    }

    private void Write(string id, string rule, string kept, double similarity, string? segment)
    {
        using (var json = new Utf8JsonWriter(file.Buffer, Json))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("rule", rule);
            json.WriteString("repeats", kept);
            json.WriteNumber("similarity", Math.Round(similarity, 6));
            if (segment is not null)
            {
                json.WriteString("segment", segment);
            }

            json.WriteEndObject();
        }

        file.EndLine();
        file.FlushIfFull();
    }
}
