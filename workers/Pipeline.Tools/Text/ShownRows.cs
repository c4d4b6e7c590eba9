using Pipeline.Data.Building;
using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;
using Pipeline.Data.Labels;
using Pipeline.Data.Packing;
using Pipeline.Data.Readers;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Tools.Text;

/// <summary>Rows of a dataset, or of a file, which are labelled as a build would.</summary>
/// <param name="model">Model directory with tokenizer and chat template.</param>
internal sealed class ShownRows(string model)
{
    private readonly PretrainedTokenizer _pretrained = PretrainedTokenizer.Load(model);

    public IEnumerable<ShownRow> OfDataset(string folder, long first, int count)
    {
        using var dataset = SftDataset.Open(folder);
        if (dataset.Index.VocabularySize != _pretrained.Tokenizer.IdLimit)
            throw new DataInputException(
                "E-DATASET",
                $"the dataset has ids below {dataset.Index.VocabularySize}, the tokenizer of {model} below "
                    + $"{_pretrained.Tokenizer.IdLimit}; name the model it was built for");
        for (var row = first; row < Math.Min(dataset.Count, first + count); row++)
            yield return Of(dataset.Read(row), row);
    }

    public IEnumerable<ShownRow> OfFile(string path, long first, int count, TrainOn trainOn)
    {
        var template = _pretrained.ChatTemplates.TryGetValue("default", out var source)
            ? ChatTemplate.Parse(source) : null;
        var labeller = new RowLabeller(_pretrained, template, new LabelOptions { TrainOn = trainOn });
        var row = first;
        foreach (var line in RowReader.ReadFiles([path]).Skip((int)first).Take(count))
        {
            using var document = line.Parse();
            var format = FormatDetector.Detect(document.RootElement)
                ?? throw new DataInputException("E-FMT-UNKNOWN", $"{line.Id}: no known format fits");
            var labelled = labeller.Label(RowConverter.Convert(document.RootElement, format, line.Id));
            yield return Of(new SftRow(labelled.Id, labelled.Ids, labelled.Weights), row++);
        }
    }

    private ShownRow Of(SftRow row, long number)
    {
        var labels = row.ToTokenRow().Labels;
        return new ShownRow(
            number, row.Id, labels.Count(label => label != TokenRow.Ignored),
            [.. row.Ids.Select((id, i) => new ShownToken(
                _pretrained.Tokenizer.Decode([id], skipSpecialTokens: false), id, labels[i], row.Weights[i]))]);
    }
}
