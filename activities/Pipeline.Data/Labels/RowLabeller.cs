using System.Text.Json;
using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Labels;

/// <summary>Turns canonical rows into ids with proven labels. Safe for many threads.</summary>
public sealed class RowLabeller
{
    private readonly PretrainedTokenizer _pretrained;
    private readonly HuggingFaceTokenizer _tokenizer;
    private readonly LabelOptions _options;
    private readonly ConversationLabeller? _conversations;
    private readonly DocumentLabeller _documents;
    private readonly TokenLabeller _tokens;

    /// <summary>Prepares labelling.</summary>
    /// <param name="pretrained">Tokenizer and special tokens of the model.</param>
    /// <param name="template">Chat template; needed for conversations only.</param>
    /// <param name="options">What is learned.</param>
    public RowLabeller(PretrainedTokenizer pretrained, ChatTemplate? template, LabelOptions options)
    {
        ArgumentNullException.ThrowIfNull(pretrained);
        ArgumentNullException.ThrowIfNull(options);
        (_pretrained, _tokenizer, _options) = (pretrained, pretrained.Tokenizer.With(null, null), options);
        _conversations = template is null ? null : new ConversationLabeller(_tokenizer, template, options);
        _documents = new DocumentLabeller(_tokenizer, pretrained.SpecialTokens.GetValueOrDefault("eos_token"), options);
        _tokens = new TokenLabeller(_tokenizer);
    }

    /// <summary>
    /// Clock that templates see; null takes the machine's, which makes a dataset depend on the day it is built.
    /// </summary>
    public DateTimeOffset? Now { get; init; }

    /// <summary>Further variables of the template.</summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } =
        new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>Encodes a row, labels it and proves the labels.</summary>
    /// <param name="row">A canonical row.</param>
    /// <returns>The row, not yet cut to a length.</returns>
    /// <exception cref="RowFaultException">
    /// The row cannot be labelled or its labels cannot be proven; codes that start with <c>E-LABEL</c> must fail the
    /// build.
    /// </exception>
    public LabelledRow Label(CanonicalRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.Tokens is { } tokens) return _tokens.Label(row.Id, tokens);
        if (row.Preference is not null)
            throw new RowFaultException(
                "E-FMT-PREFERENCE",
                "the row has two answers; train on pairs with a preference loss, or name the format 'preference' to "
                    + "learn the chosen ones only");
        try
        {
            var (supervision, realigned) = (Supervise(row, realign: false), false);
            if (supervision.Straddles()) (supervision, realigned) = (Supervise(row, realign: true), true);
            var needsTerminator = row.Format != DataFormat.Parts;
            var trained = LabelProof.Check(_tokenizer, supervision, needsTerminator);
            return new LabelledRow(row.Id, supervision.Encoded.Ids, supervision.Weights)
            {
                Text = supervision.Text,
                Trained = trained,
                ControlTexts = supervision.Encoded.ControlTexts,
                Realigned = realigned,
                NeedsTerminator = needsTerminator,
                EndsWithTerminator = supervision.Terminators.Count > 0,
            };
        }
        catch (ChatTemplateException exception)
        {
            throw new RowFaultException("E-LABEL-TEMPLATE", exception.Message);
        }
    }

    /// <summary>Applies the maximal length.</summary>
    /// <param name="row">A labelled row.</param>
    /// <param name="removed">Why the row is dropped: <c>over-length</c> or <c>no-label-left</c>; null when it is
    /// kept.</param>
    /// <returns>The row, shorter where the policy says so; the row as it was when it is dropped.</returns>
    /// <exception cref="RowFaultException">The row is too long and the policy is to fail
    /// (<c>E-LABEL-OVERLENGTH</c>).</exception>
    public LabelledRow Fit(LabelledRow row, out string? removed)
    {
        ArgumentNullException.ThrowIfNull(row);
        removed = null;
        if (_options.MaxLength is not { } limit || row.Ids.Length <= limit) return row;
        if (_options.OverLength == OverLength.Raise)
            throw new RowFaultException(
                "E-LABEL-OVERLENGTH",
                $"the row has {row.Ids.Length} tokens, the limit is {limit}; choose drop, keep-start or keep-end, or "
                    + $"a higher limit");
        if (_options.OverLength == OverLength.Drop)
        {
            removed = "over-length";
            return row;
        }

        var kept = _options.OverLength == OverLength.KeepStart ? ..limit : (row.Ids.Length - limit)..;
        var cut = row with
        {
            Ids = row.Ids[kept],
            Weights = row.Weights[kept],
            Cut = row.Ids.Length - limit,
            EndsWithTerminator = row.EndsWithTerminator && _options.OverLength == OverLength.KeepEnd,
        };
        if (!cut.Weights.Any(w => w > 0)) removed = "no-label-left";
        return cut;
    }

    /// <summary>Labels without proof, for comparison with the reference.</summary>
    internal Supervision Supervise(CanonicalRow row, bool realign)
    {
        if (row.Messages is { } messages)
        {
            var conversations = _conversations
                ?? throw new RowFaultException(
                    "E-LABEL-NO-TEMPLATE",
                    "the model directory has no chat template, so conversations cannot be rendered; name one");
            var request = ChatRequest.Of(messages) with
            { Tools = row.Tools, SpecialTokens = _pretrained.SpecialTokens, Now = Now, Variables = Variables };
            return conversations.Label(request, [.. messages.Select(m => m.Weight)], [.. messages.Select(m => m.Spans)],
                row.PromptMessages, realign);
        }

        var parts = row.Parts
            ?? throw new RowFaultException("E-SCHEMA-FIELD", "the row has neither messages nor parts");
        return row.Format switch
        {
            DataFormat.Alpaca or DataFormat.PromptCompletion
                when parts is [{ Loss: false } prompt, { Loss: true } completion] =>
                    _documents.PromptAndCompletion(prompt.Text, completion.Text, realign),
            DataFormat.Alpaca or DataFormat.PromptCompletion =>
                _documents.PromptAndCompletion(string.Empty, parts[^1].Text, realign),
            DataFormat.Text => _documents.Text(parts[0].Text),
            _ => _documents.Parts(parts),
        };
    }
}
