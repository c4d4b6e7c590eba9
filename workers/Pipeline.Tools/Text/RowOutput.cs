using Pipeline.Data.Building;
using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;
using Pipeline.Data.Labels;
using Pipeline.Data.Packing;
using Pipeline.Data.Readers;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Tools.Text;

/// <summary>Prints rows as <c>token(label, id)</c>, coloured by label.</summary>
internal sealed class RowOutput(string model, bool color, TextWriter output)
{
    private const string Green = "\u001b[32m", Grey = "\u001b[90m", Yellow = "\u001b[33m", Bold = "\u001b[1m",
        Reset = "\u001b[0m";
    private readonly PretrainedTokenizer _pretrained = PretrainedTokenizer.Load(model);

    public void WriteDataset(string folder, long first, int count)
    {
        using var dataset = SftDataset.Open(folder);
        if (dataset.Index.VocabularySize != _pretrained.Tokenizer.IdLimit)
            throw new DataInputException(
                "E-DATASET",
                $"the dataset has ids below {dataset.Index.VocabularySize}, the tokenizer of {model} below "
                    + $"{_pretrained.Tokenizer.IdLimit}; name the model it was built for");
        for (var row = first; row < Math.Min(dataset.Count, first + count); row++) Write(dataset.Read(row), row);
    }

    public void WriteFile(string path, long first, int count, TrainOn trainOn)
    {
        var template = _pretrained.ChatTemplates.TryGetValue("default", out var source)
            ? ChatTemplate.Parse(source) : null;
        var labeller = new RowLabeller(_pretrained, template, new LabelOptions { TrainOn = trainOn });
        var row = 0L;
        foreach (var line in RowReader.ReadFiles([path]).Skip((int)first).Take(count))
        {
            using var document = line.Parse();
            var format = FormatDetector.Detect(document.RootElement)
                ?? throw new DataInputException("E-FMT-UNKNOWN", $"{line.Id}: no known format fits");
            var labelled = labeller.Label(RowConverter.Convert(document.RootElement, format, line.Id));
            Write(new SftRow(labelled.Id, labelled.Ids, labelled.Weights), first + row++);
        }
    }

    private void Write(SftRow row, long number)
    {
        var labels = row.ToTokenRow().Labels;
        output.WriteLine(
            $"{Paint(Bold)}row {number}  {row.Id}  {row.Ids.Length} tokens, "
                + $"{labels.Count(l => l != TokenRow.Ignored)} learned{Paint(Reset)}");
        for (var i = 0; i < row.Ids.Length; i++)
        {
            var token = _pretrained.Tokenizer.Decode([row.Ids[i]], skipSpecialTokens: false);
            var weight = row.Weights[i] is 0 or 1 ? string.Empty : $" ×{row.Weights[i]}";
            output.Write(
                $"{Paint(row.Weights[i] switch { 0 => Grey, 1 => Green, _ => Yellow })}{Visible(token)}({labels[i]}, "
                    + $"{row.Ids[i]}{weight}){Paint(Reset)} ");
        }

        output.WriteLine();
    }

    private string Paint(string code) => color ? code : string.Empty;

    private static string Visible(string token) => token.Replace("\n", "⏎").Replace("\t", "⇥").Replace("\r", "␍");
}
