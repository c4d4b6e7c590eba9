using System.Globalization;
using System.Text.Json;
using Pipeline.Data.Building;
using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;
using Pipeline.Data.Labels;
using Pipeline.Data.Tokenizers;
using Pipeline.Llm.Training.Data;

namespace Pipeline.Tools.Train;

/// <summary>Reads built datasets, and JSONL rows of any known format, into token ids and loss weights.</summary>
internal sealed class RowReader
{
    private readonly RowLabeller _labeller;

    public RowReader(string modelDirectory)
    {
        var pretrained = PretrainedTokenizer.Load(modelDirectory);
        var template = pretrained.ChatTemplates.GetValueOrDefault("default");
        _labeller = new(pretrained, template is null ? null : ChatTemplate.Parse(template), new());
    }

    /// <summary>Reads files and folders.</summary>
    /// <param name="inputs">JSONL files, or folders of built datasets.</param>
    /// <returns>All rows, in order.</returns>
    /// <exception cref="FormatException">A row does not fit or its labels cannot be proven; the message names file and
    /// line.</exception>
    public InMemoryTrainingData Read(IEnumerable<FileSystemInfo> inputs) =>
        new([.. inputs.SelectMany(input => Directory.Exists(input.FullName)
            ? ReadDataset(input.FullName) : ReadFile(input))]);

    private static List<TrainingRow> ReadDataset(string folder)
    {
        using var dataset = SftDataset.Open(folder);
        return [.. dataset.Rows().Select(row => new TrainingRow(row.Id, new(row.Ids, row.Weights)))];
    }

    private IEnumerable<TrainingRow> ReadFile(FileSystemInfo file)
    {
        var number = 0;
        foreach (var line in File.ReadLines(file.FullName))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Row(line, string.Create(CultureInfo.InvariantCulture, $"{file.Name}:{number}"));
            }
        }
    }

    private TrainingRow Row(string line, string id)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (!PreferenceRows.IsPair(document.RootElement))
            {
                return new(id, Sequence(document.RootElement, id))
                {
                    IsDesirable = PreferenceRows.IsGood(document.RootElement),
                };
            }

            var (chosen, rejected) = PreferenceRows.Split(document.RootElement);
            return new(id, Sequence(chosen, id)) { Rejected = Sequence(rejected, id) };
        }
        catch (Exception exception) when (exception is JsonException or RowFaultException)
        {
            throw new FormatException($"{id}: {exception.Message}", exception);
        }
    }

    private TrainingSequence Sequence(JsonElement row, string id)
    {
        var format = FormatDetector.Detect(row)
            ?? throw new RowFaultException(
                "E-SCHEMA",
                "no known format; give messages, prompt and completion, chosen and rejected, text, or parts");
        var labelled = _labeller.Label(RowConverter.Convert(row, format, id));
        return labelled.SupervisedTokens > 0
            ? new(labelled.Ids, labelled.Weights)
            : throw new RowFaultException("E-NO-LABEL", "nothing in the row is supervised");
    }
}
