using System.Globalization;
using System.Text.Json;
using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;
using Pipeline.Data.Labels;
using Pipeline.Data.Tokenizers;
using Pipeline.Llm.Training.Data;

namespace Pipeline.Tools.Train;

/// <summary>Reads JSONL rows of chats or of marked parts into token ids and loss weights.</summary>
internal sealed class RowReader(string modelDirectory)
{
    private readonly PretrainedTokenizer _pretrained = PretrainedTokenizer.Load(modelDirectory);
    private ChatTemplate? _template;

    /// <summary>Reads files.</summary>
    /// <param name="files">JSONL files.</param>
    /// <returns>All rows, in order.</returns>
    /// <exception cref="FormatException">A row does not fit; the message names file and line.</exception>
    public InMemoryTrainingData Read(IEnumerable<FileInfo> files) => new([.. files.SelectMany(ReadFile)]);

    private IEnumerable<TrainingRow> ReadFile(FileInfo file)
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
            var format = FormatDetector.Detect(document.RootElement)
                ?? throw new RowFaultException("E-SCHEMA", "no known format; give messages, prompt and completion, text, or parts");
            var row = RowConverter.Convert(document.RootElement, format, id);
            var sequence = row.Messages is { } messages ? Chat(messages) : Parts(row.Parts ?? []);
            return sequence.Supervision > 0
                ? new(id, sequence)
                : throw new RowFaultException("E-NO-LABEL", "nothing in the row is supervised");
        }
        catch (Exception exception) when (exception is JsonException or RowFaultException or ChatTemplateException)
        {
            throw new FormatException($"{id}: {exception.Message}", exception);
        }
    }

    private TrainingSequence Chat(IReadOnlyList<ChatMessage> messages)
    {
        _template ??= Template();
        var rendered = _template.Render(ChatRequest.Of(messages) with { SpecialTokens = _pretrained.SpecialTokens });
        var encoding = _pretrained.Tokenizer.EncodeDetailed(rendered.Text, addSpecialTokens: false);
        var mask = GenerationMask.Of(encoding, rendered.Generated);
        return new([.. encoding.Ids], [.. mask.Select(static flag => flag ? 1f : 0f)]);
    }

    private TrainingSequence Parts(IReadOnlyList<TextPart> parts)
    {
        var (ids, weights) = (new List<int>(), new List<float>());
        foreach (var part in parts)
        {
            var encoded = _pretrained.Tokenizer.Encode(part.Text, addSpecialTokens: false);
            ids.AddRange(encoded);
            weights.AddRange(Enumerable.Repeat(part.Loss ? 1f : 0f, encoded.Length));
        }

        return new([.. ids], [.. weights]);
    }

    private ChatTemplate Template()
    {
        var source = _pretrained.ChatTemplates.GetValueOrDefault("default")
            ?? throw new InvalidDataException($"{modelDirectory} has no chat template: give rows of 'parts' instead of 'messages'");
        var template = ChatTemplate.Parse(source);
        return template.MarksGeneration
            ? template
            : throw new InvalidDataException(
                $"the chat template of {modelDirectory} does not mark what the model writes with {{% generation %}}: add the tag, or give rows of 'parts'");
    }
}
