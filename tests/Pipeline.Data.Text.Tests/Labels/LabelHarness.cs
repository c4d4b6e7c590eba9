using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;
using Pipeline.Data.Labels;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Text.Tests.Labels;

/// <summary>Labels rows with the committed base model's tokenizer and small templates.</summary>
internal static class LabelHarness
{
    /// <summary>ChatML that marks what the model writes.</summary>
    public const string Marked =
        "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}{% if m.role == 'assistant' %}{% generation %}{{ "
        + "m.content + '<|im_end|>' }}{% endgeneration %}{% else %}{{ m.content + '<|im_end|>' }}{% endif %}{{ '\\n' "
        + "}}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    /// <summary>The same text without the marks.</summary>
    public const string Plain =
        "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}{% if "
            + "add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    public static readonly PretrainedTokenizer Model =
        PretrainedTokenizer.Load(Path.Combine(Repository.Root, "infra", "models", "bookworm-6m"));

    public static RowLabeller Labeller(string template = Marked, LabelOptions? options = null) =>
        new(Model, ChatTemplate.Parse(template), options ?? new LabelOptions());

    public static LabelledRow Label(
        IReadOnlyList<ChatMessage> messages, string template = Marked, LabelOptions? options = null) =>
        Labeller(template, options).Label(new CanonicalRow("r", DataFormat.OpenAi, messages, null));

    public static LabelledRow Label(DataFormat format, LabelOptions? options, params TextPart[] parts) =>
        Labeller(options: options).Label(new CanonicalRow("r", format, null, parts));

    public static string Learned(LabelledRow row) =>
        Model.Tokenizer.Decode([.. row.Ids.Where((_, i) => row.Weights[i] > 0)], skipSpecialTokens: false);
}
