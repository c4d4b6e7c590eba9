using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Data.Stages;

/// <summary>Puts people's labels into the rows that were offered to them: the next version of the data.</summary>
/// <remarks>
/// A labelled row gets <c>_label</c> and the fields of <see cref="RowAnnotation"/>; of two labels of a row the later
/// one counts.
/// </remarks>
/// <param name="sample">Ids of the rows that were offered.</param>
/// <param name="labels">The labels, in any order.</param>
public sealed class LabelStage(IReadOnlyList<string> sample, IReadOnlyList<RowLabel> labels)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Runs the stage.</summary>
    /// <param name="inputs">Canonical JSONL files.</param>
    /// <param name="outputFolder">Folder to write to; created.</param>
    /// <param name="cancellationToken">Stops the run; the folder is left without a summary.</param>
    /// <returns>Counts, and the rows that are still open.</returns>
    /// <exception cref="InvalidDataException">A label is for a row that was not offered, is empty, or names no
    /// annotator; or an offered row is gone.</exception>
    public async Task<LabelSummary> RunAsync(
        IReadOnlyList<string> inputs, string outputFolder, CancellationToken cancellationToken = default)
    {
        var latest = Check();
        await using var folder = new StageFolder(outputFolder);
        var (output, rows, parser) =
            (folder.Open(StageFolder.Rows), new RowLedger(inputs), new RowParser(TextFields.Default));
        var missing = sample.ToHashSet(StringComparer.Ordinal);
        foreach (var row in new RowFileReader(inputs).Read())
        {
            rows.Take(row);
            var problem = parser.Parse(row.Utf8.Span);
            if (problem is not null)
            {
                throw new InvalidDataException($"{Path.GetFileName(inputs[row.File])}:{row.Line}: {problem}");
            }

            missing.Remove(parser.Id ?? "");
            output.Write(latest.TryGetValue(parser.Id ?? "", out var label)
                ? Labelled(row.Utf8.Span, label) : row.Utf8.Span);
            await output.EndLineAsync(cancellationToken);
            rows.Keep();
        }

        if (missing.Count > 0)
        {
            throw new InvalidDataException(
                $"row '{missing.Order(StringComparer.Ordinal).First()}' was offered for labelling and is not in the "
                    + $"data any more");
        }

        var summary = new LabelSummary
        {
            Rows = rows.Close("label"),
            Labelled = latest.Count,
            Open = [.. sample.Where(id => !latest.ContainsKey(id)).Order(StringComparer.Ordinal)],
            Files = await folder.CommitFilesAsync(cancellationToken),
        };
        await folder.CommitSummaryAsync(summary, cancellationToken);
        return summary;
    }

    private static byte[] Labelled(ReadOnlySpan<byte> row, RowLabel label)
    {
        var node = JsonNode.Parse(row)?.AsObject()
            ?? throw new InvalidDataException($"row '{label.RowId}' is not an object");
        node["_label"] = label.Label;
        RowAnnotation.Put(node, label.Annotator, label.At);
        return JsonSerializer.SerializeToUtf8Bytes(node, Json);
    }

    private Dictionary<string, RowLabel> Check()
    {
        var (offered, latest) =
            (sample.ToHashSet(StringComparer.Ordinal), new Dictionary<string, RowLabel>(StringComparer.Ordinal));
        foreach (var label in labels.OrderBy(label => label.At)
            .ThenBy(label => label.Annotator, StringComparer.Ordinal))
        {
            if (!offered.Contains(label.RowId))
            {
                throw new InvalidDataException(
                    $"a label is for row '{label.RowId}', which was not offered for labelling; nothing was changed");
            }

            if (string.IsNullOrWhiteSpace(label.Label) || string.IsNullOrWhiteSpace(label.Annotator))
            {
                throw new InvalidDataException(
                    $"the label of row '{label.RowId}' is empty or names no annotator; nothing was changed");
            }

            latest[label.RowId] = label;
        }

        return latest;
    }
}
