using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;
using Pipeline.Data.Tokenizers;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Scoring;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;

namespace Pipeline.Activities.Evaluation;

/// <summary>A loaded model with its tokenizer, with or without an adapter.</summary>
internal sealed class ModelSession : IDisposable
{
    private readonly CausalLanguageModel _model;
    private readonly PretrainedTokenizer _tokenizer;

    private ModelSession(CausalLanguageModel model, PretrainedTokenizer tokenizer) =>
        (_model, _tokenizer) = (model, tokenizer);

    public CausalLanguageModel Model => _model;

    public IScoringModel Scoring => field ??= new LanguageModelScorer(_model);

    public PromptEncoder Encoder => field ??= new PromptEncoder(_tokenizer);

    /// <summary>Loads in float32, so that base and candidate are computed alike.</summary>
    public static ModelSession Load(string model, string? adapter, ModelLoadOptions machine)
    {
        var loaded = CausalLanguageModel.Load(model, machine with { DType = TorchSharp.torch.float32 });
        if (adapter is not null)
        {
            LoraAdapter.Load(loaded, adapter);
        }

        return new ModelSession(loaded, PretrainedTokenizer.Load(model));
    }

    /// <summary>
    /// Renders turns with the start of an assistant turn at the end; null when the model has no chat template.
    /// </summary>
    public static Func<IReadOnlyList<ChatTurn>, string>? RendererOf(string model)
    {
        var tokenizer = PretrainedTokenizer.Load(model);
        if (!tokenizer.ChatTemplates.TryGetValue("default", out var source))
        {
            return null;
        }

        var template = ChatTemplate.Parse(source);
        return turns =>
            template.Render(ChatRequest.Of([.. turns.Select(turn => new ChatMessage(turn.Role, turn.Content))]) with
            {
                AddGenerationPrompt = true,
                SpecialTokens = tokenizer.SpecialTokens,
                Now = DateTimeOffset.UnixEpoch,
            }).Text;
    }

    public void Dispose() => _model.Dispose();
}
