using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;
using Pipeline.Data.Tokenizers;
using Pipeline.Evaluation.Results;
using Pipeline.Evaluation.Scoring;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using static TorchSharp.torch;

namespace Pipeline.Evaluation.Harness;

/// <summary>A model directory, with an adapter or without; weights are read when the first question is asked.</summary>
public sealed class ModelUnderTest : IDisposable
{
    private readonly string _directory;
    private readonly string? _adapter;
    private readonly ModelLoadOptions _options;
    private readonly bool _naive;
    private readonly Lazy<IScoringModel> _scoring;
    private CausalLanguageModel? _model;

    private ModelUnderTest(string directory, string? adapter, ModelLoadOptions options, bool naive)
    {
        (_directory, _adapter, _options, _naive) = (directory, adapter, options, naive);
        Tokenizer = PretrainedTokenizer.Load(directory);
        Identity = new ModelIdentity
        {
            BaseModel = Digest(directory),
            Adapter = adapter is null ? null : Digest(adapter),
            Precision = (options.DType ?? ScalarType.Float32).ToString(),
            Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(directory))
                + (adapter is null ? "" : " + " + Path.GetFileName(Path.TrimEndingDirectorySeparator(adapter))),
        };
        Encoder = new PromptEncoder(Tokenizer);
        _scoring = new(Load);
    }

    /// <summary>Digests and names.</summary>
    public ModelIdentity Identity { get; }

    /// <summary>The tokenizer.</summary>
    public PretrainedTokenizer Tokenizer { get; }

    /// <summary>Texts to token ids.</summary>
    public PromptEncoder Encoder { get; }

    /// <summary>The model; loads it.</summary>
    public IScoringModel Scoring => _scoring.Value;

    /// <summary>Whether the weights have been read.</summary>
    public bool IsLoaded => _scoring.IsValueCreated;

    /// <summary>Opens a model without reading its weights.</summary>
    /// <param name="directory">Model directory in Hugging Face layout.</param>
    /// <param name="adapter">Adapter directory in PEFT layout, or null.</param>
    /// <param name="options">How to load; null computes in float32 on the CPU.</param>
    /// <param name="naive">Whether to ask the plain, slow way.</param>
    /// <returns>The model.</returns>
    public static ModelUnderTest Open(
        string directory, string? adapter = null, ModelLoadOptions? options = null, bool naive = false) =>
        new(directory, adapter, options ?? new ModelLoadOptions { DType = ScalarType.Float32 }, naive);

    /// <summary>
    /// Digest of a model or adapter directory: over names and contents of configuration, tokenizer and weights.
    /// </summary>
    /// <param name="directory">The directory.</param>
    /// <returns>SHA-256, lower-case hex.</returns>
    public static string Digest(string directory)
    {
        if (!Directory.Exists(directory)) throw new DirectoryNotFoundException($"there is no directory '{directory}'");
        var files = Directory.GetFiles(directory).Where(IsPart).OrderBy(Path.GetFileName, StringComparer.Ordinal)
            .ToList();
        if (files.Count == 0) throw new DirectoryNotFoundException($"{directory} holds no model or adapter");
        return Files.Digest(files.SelectMany(file => new[] { Path.GetFileName(file), Files.Sha256(file) }));
    }

    /// <summary>Renders turns with the model's chat template and the start of an answer.</summary>
    /// <param name="turns">The conversation.</param>
    /// <returns>The text that the model reads.</returns>
    /// <exception cref="InvalidOperationException">The model has no chat template.</exception>
    public string Render(IReadOnlyList<ChatTurn> turns)
    {
        if (!Tokenizer.ChatTemplates.TryGetValue("default", out var template))
            throw new InvalidOperationException($"{_directory} has no chat template");
        return ChatTemplate.Parse(template)
            .Render(ChatRequest.Of([.. turns.Select(turn => new ChatMessage(turn.Role, turn.Content))]) with
            {
                AddGenerationPrompt = true,
                SpecialTokens = Tokenizer.SpecialTokens,
            }).Text;
    }

    /// <inheritdoc/>
    public void Dispose() => _model?.Dispose();

    private static bool IsPart(string file) =>
        Path.GetExtension(file) is ".safetensors" or ".json" or ".jinja" or ".model";

    private IScoringModel Load()
    {
        _model = CausalLanguageModel.Load(_directory, _options);
        if (_adapter is not null) LoraAdapter.Load(_model, _adapter);
        return _naive ? new NaiveScorer(_model) : new LanguageModelScorer(_model);
    }
}
