using Pipeline.Data.Dedup.Semantic;
using Pipeline.Data.Tokenizers;
using Pipeline.Llm.Models;
using static TorchSharp.torch;

namespace Pipeline.Tools.Data;

/// <summary>
/// Vectors of a causal language model: the mean of the last states over the tokens of a text, the first tokens of a
/// long one.
/// </summary>
internal sealed class ModelEmbedder : ITextEmbedder, IDisposable
{
    private readonly CausalLanguageModel _model;
    private readonly HuggingFaceTokenizer _tokenizer;
    private readonly int _maxTokens;

    public ModelEmbedder(string directory, int maxTokens)
    {
        (_tokenizer, _maxTokens) = (PretrainedTokenizer.Load(directory).Tokenizer.With(null, null), maxTokens);
        _model = CausalLanguageModel.Load(directory);
        Dimensions = _model.Config.HiddenSize;
    }

    public int Dimensions { get; }

    public int BatchSize => 32;

    public void Embed(IReadOnlyList<string> texts, Span<float> vectors)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        // An empty text has no token; a line feed stands for it.
        int[][] ids =
            [.. texts.Select(text => _tokenizer.EncodeToIds(text.Length > 0 ? text : "\n").Take(_maxTokens).ToArray())];
        int[] lengths = [.. ids.Select(row => row.Length)];
        var input = new ModelInput
        {
            InputIds = tensor(ids.SelectMany(row => row).Select(id => (long)id).ToArray()).view(1, -1),
            SequenceLengths = lengths,
        };
        var states = _model.Hidden(input).to(ScalarType.Float32).cpu(); // [1, tokens of all texts, d]
        var start = 0L;
        for (var i = 0; i < lengths.Length; i++)
        {
            using var mean = states[0].narrow(0, start, lengths[i]).mean([0L]).data<float>();
            mean.CopyTo(vectors.Slice(i * Dimensions, Dimensions));
            start += lengths[i];
        }
    }

    public void Dispose() => _model.Dispose();
}
