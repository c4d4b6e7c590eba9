using Pipeline.Data.ChatTemplates;
using Pipeline.Data.ChatTemplates.Values;
using Pipeline.Data.Formats;

namespace Pipeline.Data.Labels;

/// <summary>Finds the turns to learn in a rendered conversation.</summary>
internal static class TurnFinder
{
    /// <summary>Assistant turns as <c>{% generation %}</c> marks them, in order.</summary>
    /// <exception cref="RowFaultException">The template marks fewer turns than the row has.</exception>
    public static List<Turn> Marked(RenderedRow row, IReadOnlyList<string> roles)
    {
        var assistants = Enumerable.Range(0, roles.Count).Where(i => roles[i] == "assistant").ToList();
        var turns = new List<Turn>();
        foreach (var (start, end) in row.Generated)
        {
            var known = row.Spans.Where(s => s.Start >= start && s.End <= end && s.End > s.Start
                && row.Texts[s.Text].Role == "assistant").Select(s => row.Texts[s.Text].Message).ToList();
            var next = assistants.Where(i => turns.Count == 0 || i > turns[^1].Message).ToList();
            if (known.Count > 0) turns.Add(new Turn(known[0], start, end));
            else if (next.Count > 0) turns.Add(new Turn(next[0], start, end));
        }

        if (assistants.Count == 0)
            throw new RowFaultException(
                "E-LABEL-NO-TURN", "the row has no assistant turn, so there is nothing to learn from it");
        var missing = assistants.Except(turns.Select(t => t.Message)).ToList();
        return missing.Count == 0
            ? turns
            : throw new RowFaultException(
                "E-LABEL-NO-SPAN", $"the template marks nothing to learn for message {missing[0]} (assistant)");
    }

    /// <summary>Turns of any role between what the template writes before them and the end of their text.</summary>
    /// <param name="row">The rendered row.</param>
    /// <param name="roles">Role of each message.</param>
    /// <param name="wanted">Whether a message is wanted.</param>
    /// <param name="prompt">What the template writes before an assistant turn; empty when unknown.</param>
    public static List<Turn> Found(RenderedRow row, IReadOnlyList<string> roles, Func<int, bool> wanted, string prompt)
    {
        var (turns, from) = (new List<Turn>(), 0);
        for (var i = 0; i < roles.Count; i++)
        {
            var spans = row.Spans.Where(s => row.Texts[s.Text].Message == i && s.End > s.Start).ToList();
            var start = spans.Count > 0 ? spans.Min(s => s.Start) : -1;
            var end = spans.Count > 0 ? spans.Max(s => s.End) : -1;
            if (roles[i] == "assistant" && prompt.Length > 0)
            {
                var header = start >= 0 ? row.Text.AsSpan(from, Math.Max(0, start - from))
                    .LastIndexOf(prompt) : row.Text.AsSpan(from).IndexOf(prompt);
                if (header >= 0) start = from + header + prompt.Length;
                if (end < 0) end = start;
            }

            if (wanted(i))
            {
                if (start < 0)
                    throw new RowFaultException(
                        "E-LABEL-NO-SPAN",
                        $"the text of message {i} ({roles[i]}) is not in what the template writes, so it cannot be "
                            + $"learned");
                turns.Add(new Turn(i, start, end));
            }

            if (end > from) from = end;
        }

        return turns;
    }

    /// <summary>What the template adds for <c>add_generation_prompt</c>, or nothing when that cannot be told.</summary>
    public static string GenerationPrompt(ChatTemplate template, ChatRequest request)
    {
        var opening = new ListValue(
            [.. request.Messages.Items.TakeWhile(
                m => m is DictValue dict && dict.TryGet("role", out var role) && role is not "assistant")]);
        if (opening.Items.Count == 0) return string.Empty;
        try
        {
            var without = template.Render(request with { Messages = opening, AddGenerationPrompt = false }).Text;
            var with = template.Render(request with { Messages = opening, AddGenerationPrompt = true }).Text;
            return with.StartsWith(without, StringComparison.Ordinal) ? with[without.Length..] : string.Empty;
        }
        catch (ChatTemplateException)
        {
            // Some templates refuse a conversation that ends without an answer.
            return string.Empty;
        }
    }
}
