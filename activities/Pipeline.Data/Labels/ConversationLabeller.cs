using Pipeline.Data.ChatTemplates;
using Pipeline.Data.ChatTemplates.Values;
using Pipeline.Data.Formats;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Labels;

/// <summary>Labels conversations.</summary>
internal sealed class ConversationLabeller(HuggingFaceTokenizer tokenizer, ChatTemplate template, LabelOptions options)
{
    private readonly SafeEncoder _encoder = new(tokenizer, options.TrustContent);
    private string? _prompt;

    /// <summary>Labels a conversation; see <see cref="TrainOn"/>.</summary>
    /// <param name="request">Messages and settings.</param>
    /// <param name="weights">Weight of each message, null where the rule decides.</param>
    /// <param name="spans">Weighted parts of each message's content; null for none.</param>
    /// <param name="promptMessages">Messages of the prompt of a prompt-completion row; 0 for others.</param>
    /// <param name="realign">Whether token boundaries are forced at the edges of what is learned.</param>
    public Supervision Label(ChatRequest request, IReadOnlyList<double?> weights,
        IReadOnlyList<IReadOnlyList<WeightedSpan>?> spans, int promptMessages, bool realign)
    {
        var row = RenderedRow.Of(template, request, mustShowContent: !options.TrustContent);
        // messages are dictionaries
        var roles = request.Messages.Items.Select(
            m => ((DictValue)m!).TryGet("role", out var role) ? Printer.Str(role) : string.Empty).ToList();
        var data = row.Spans.Select(s => (s.Start, s.End, row.Texts[s.Text].Role == "assistant")).ToList();
        if (options.TrainOn == TrainOn.All) return Everything(row.Text, _encoder.Encode(row.Text, data, []));
        if (options.TrainOn == TrainOn.Completion) return AfterPrompt(request, row, data, promptMessages, realign);
        var turns = Turns(request, row, roles);
        var trained = Trained(turns, roles, weights, promptMessages);
        if (trained.Count == 0)
            throw new RowFaultException("E-LABEL-NONE", "no turn of the row is to be learned by its roles and weights");
        return Weigh(row, roles, data, turns, trained, weights, spans, realign);
    }

    /// <summary>Every token, template included.</summary>
    public static Supervision Everything(string text, EncodedText encoded)
    {
        var weights = new float[encoded.Ids.Length];
        Array.Fill(weights, 1f);
        return new Supervision(text, encoded, weights)
        {
            Expected = [(0, text.Length)],
            Terminators = weights.Length > 0 ? [weights.Length - 1] : [],
        };
    }

    private List<Turn> Turns(ChatRequest request, RenderedRow row, List<string> roles)
    {
        var others = options.Roles.Where(r => r != "assistant").ToList();
        if (template.MarksGeneration && others.Count == 0) return TurnFinder.Marked(row, roles);
        _prompt ??= TurnFinder.GenerationPrompt(template, request);
        var found = TurnFinder.Found(row, roles,
            i => options.Roles.Contains(roles[i]) && !(template.MarksGeneration && roles[i] == "assistant"), _prompt);
        if (template.MarksGeneration && options.Roles.Contains("assistant"))
            found.AddRange(TurnFinder.Marked(row, roles));
        return [.. found.OrderBy(t => t.Start)];
    }

    private List<Turn> Trained(List<Turn> turns, List<string> roles, IReadOnlyList<double?> weights, int promptMessages)
    {
        double Weight(Turn t) => weights[t.Message]
            ?? (options.TrainOn == TrainOn.Turn || t.Message < promptMessages ? 0 : 1);
        var kept = turns.Where(t => options.Roles.Contains(roles[t.Message]) && Weight(t) > 0).ToList();
        return options.TrainOn == TrainOn.Last && kept.Count > 1 ? kept[^1..] : kept;
    }

    private Supervision Weigh(
        RenderedRow row,
        List<string> roles,
        List<(int Start, int End, bool IsAssistant)> data,
        List<Turn> turns,
        List<Turn> trained,
        IReadOnlyList<double?> weights,
        IReadOnlyList<IReadOnlyList<WeightedSpan>?> spans,
        bool realign)
    {
        var cuts = realign ? trained.SelectMany(t => new[] { t.Start, t.End }).Distinct().Order().ToList() : [];
        var encoded = _encoder.Encode(row.Text, data, cuts);
        var values = new float[encoded.Ids.Length];
        var ends = options.TrainOnEos == TrainOnEos.All ? AllEnds(row, roles, turns) : trained;
        var terminators = ends.ToDictionary(t => t.Message, t => Terminator(encoded, t, NextData(row, t)));
        var (expected, learnedEnds) = (new List<(int Start, int End)>(), new List<int>());
        foreach (var found in trained)
        {
            var weight = (float)(weights[found.Message] ?? 1);
            var terminator = terminators[found.Message];
            if (terminator < 0)
                throw new RowFaultException(
                    "E-LABEL-TERMINATOR",
                    $"the template writes no end-of-turn token after message {found.Message} "
                        + $"({roles[found.Message]}); a model trained on it would never stop");

            // What the template writes between the text and the terminator, such as the end of a tool call, is the
            // model's to write too.
            var turn = found with { End = Math.Max(found.End, encoded.Offsets[terminator].Start) };
            foreach (var token in Tokens(encoded, turn)) values[token] = weight;
            var keepsEnd = options.TrainOnEos != TrainOnEos.Last || found == trained[^1];
            values[terminator] = keepsEnd ? weight : 0;
            if (keepsEnd) learnedEnds.Add(terminator);
            Expect(expected, encoded, turn, terminator, keepsEnd);
        }

        var isPartial = SpanWeights.Apply(row, encoded, values, trained, spans);
        if (options.TrainOnEos == TrainOnEos.All)
            LearnOtherEnds(encoded, values, expected, learnedEnds, terminators, trained);
        return new Supervision(row.Text, encoded, values)
        {
            Expected = [.. expected.Order()],
            Forbidden = [.. row.Spans.Where(s => !trained.Any(t => t.Message == row.Texts[s.Text].Message))
                .Select(s => (s.Start, s.End))],
            Terminators = [.. learnedEnds.Order()],
            IsPartial = isPartial,
        };
    }

    private static void Expect(
        List<(int Start, int End)> expected, EncodedText encoded, Turn turn, int terminator, bool keepsEnd)
    {
        var end = encoded.Offsets[terminator];
        var textEnd = Math.Min(end.Start, turn.End);
        if (textEnd > turn.Start) expected.Add((turn.Start, textEnd));
        if (keepsEnd) expected.Add((end.Start, end.End));

        // A generation block may go on after its end-of-turn token.
        if (end.End < turn.End) expected.Add((end.End, turn.End));
    }

    private static void LearnOtherEnds(
        EncodedText encoded, float[] values, List<(int Start, int End)> expected, List<int> learned,
        Dictionary<int, int> terminators, List<Turn> trained)
    {
        foreach (var (message, token) in terminators)
        {
            if (token < 0 || trained.Exists(t => t.Message == message) || values[token] > 0) continue;
            values[token] = 1;
            learned.Add(token);
            expected.Add((encoded.Offsets[token].Start, encoded.Offsets[token].End));
        }
    }

    private static List<Turn> AllEnds(RenderedRow row, List<string> roles, List<Turn> turns)
    {
        var known = turns.Select(t => t.Message).ToHashSet();
        var others = Enumerable.Range(0, roles.Count).Where(i => !known.Contains(i))
            .Select(i =>
                (Message: i, Spans: row.Spans.Where(s => row.Texts[s.Text].Message == i && s.End > s.Start).ToList()))
            .Where(m => m.Spans.Count > 0)
            .Select(m => new Turn(m.Message, m.Spans.Min(s => s.Start), m.Spans.Max(s => s.End)));
        return [.. turns, .. others];
    }

    /// <summary>Tokens from that of a turn's first character to that of its last.</summary>
    private static IEnumerable<int> Tokens(EncodedText encoded, Turn turn)
    {
        for (var i = 0; i < encoded.Ids.Length; i++)
        {
            if (encoded.Offsets[i].Start >= turn.End) yield break;
            if (encoded.Offsets[i].End > turn.Start) yield return i;
        }
    }

    private static int NextData(RenderedRow row, Turn turn) =>
        row.Spans.Where(s => s.Start >= turn.End && s.End > s.Start).Select(s => s.Start)
            .DefaultIfEmpty(row.Text.Length).Min();

    /// <summary>
    /// The control token that ends a turn: the last one in it, or the first one behind it before other data.
    /// </summary>
    private int Terminator(EncodedText encoded, Turn turn, int limit)
    {
        var last = -1;
        for (var i = 0; i < encoded.Ids.Length && encoded.Offsets[i].Start < limit; i++)
        {
            if (encoded.Offsets[i].End <= turn.Start || !IsEnd(encoded.Ids[i])) continue;
            if (encoded.Offsets[i].Start < turn.End) last = i;
            else return last >= 0 ? last : i;
        }

        return last;
    }

    private bool IsEnd(int id) => tokenizer.AddedTokens.TryGetValue(id, out var token) && token.Special;

    private Supervision AfterPrompt(
        ChatRequest request, RenderedRow row, List<(int Start, int End, bool IsAssistant)> data, int promptMessages,
        bool realign)
    {
        if (promptMessages == 0)
            throw new RowFaultException(
                "E-LABEL-COMPLETION", "the row has no prompt and completion; choose another rule than completion");
        var prompt = template.Render(
            request with
            {
                Messages = new ListValue(request.Messages.Items[..promptMessages]),
                AddGenerationPrompt = true
            }).Text;
        var common = prompt.AsSpan().CommonPrefixLength(row.Text);
        var encoded = _encoder.Encode(row.Text, data, realign ? [common] : []);
        var promptOnly = _encoder.Encode(prompt, [.. data.Where(d => d.End <= common)], []);
        var first = realign ? Array.FindIndex(encoded.Offsets, o => o.Start >= common) : promptOnly.Ids.AsSpan()
            .CommonPrefixLength(encoded.Ids);
        var weights = new float[encoded.Ids.Length];
        weights.AsSpan(Math.Max(0, first)).Fill(1f);
        var end = Array.FindLastIndex(encoded.Ids, IsEnd);
        if (end < first && !options.TrustContent)
            throw new RowFaultException("E-LABEL-TERMINATOR", "the completion ends without an end-of-turn token");
        return new Supervision(row.Text, encoded, weights)
        {
            Expected = [(common, row.Text.Length)],
            Forbidden = [.. row.Spans.Where(s => s.End <= common).Select(s => (s.Start, s.End))],
            Terminators = [end],
        };
    }
}
