using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Statistics;

namespace Pipeline.Evaluation.Harness;

/// <summary>Builds the exact text that a model sees.</summary>
/// <param name="options">How questions are put.</param>
/// <param name="renderChat">Renders turns with the start of an assistant turn at the end; needed for chats
/// only.</param>
/// <remarks>Source: lm-evaluation-harness 0.4.13.</remarks>
public sealed class PromptBuilder(PromptOptions options, Func<IReadOnlyList<ChatTurn>, string>? renderChat = null)
{
    /// <summary>Context and continuations of a question.</summary>
    /// <param name="task">The task.</param>
    /// <param name="document">One of its questions.</param>
    /// <returns>Texts; without continuations when text is to be generated.</returns>
    public (string Context, IReadOnlyList<string> Continuations) Build(EvaluationTask task, TaskDocument document)
    {
        var chat = options.ChatTemplate || task.Chat;
        var context = task.Output == OutputType.LogLikelihoodRolling ? "" : chat
            ? Chat(task, document) : Plain(task, document);
        // In a chat the answer starts a turn of its own, so nothing stands before it.
        var delimiter = chat ? "" : task.TargetDelimiter;
        IReadOnlyList<string> continuations = task.Output switch
        {
            OutputType.MultipleChoice => [.. document.Choices.Select(choice => delimiter + choice)],
            OutputType.LogLikelihood => [document.Target],
            _ => [],
        };
        return (context, continuations);
    }

    private string Plain(EvaluationTask task, TaskDocument document)
    {
        var text = new StringBuilder(options.SystemInstruction).Append(task.Description);
        foreach (var example in Shown(task, document))
        {
            text.Append(example.Text).Append(task.TargetDelimiter).Append(example.Target).Append(task.ExampleDelimiter);
        }

        return text.Append(document.Text).ToString();
    }

    private string Chat(EvaluationTask task, TaskDocument document)
    {
        var render = renderChat
            ?? throw new InvalidOperationException(
                $"task '{task.Name}' asks as a chat; the model has no chat template");
        var turns = new List<ChatTurn>();
        var system = options.SystemInstruction.Length > 0 && task.Description.Length > 0
            ? $"{options.SystemInstruction}\n\n{task.Description}" : options.SystemInstruction + task.Description;
        if (system.Length > 0) turns.Add(new ChatTurn("system", system));
        if (options.ExamplesAsTurns)
        {
            foreach (var example in Shown(task, document))
                turns.AddRange([new("user", example.Text), new("assistant", example.Target)]);
            turns.Add(new("user", document.Text));
        }
        else
        {
            var text = new StringBuilder();
            foreach (var example in Shown(task, document)) text.Append(example.Text).Append(task.TargetDelimiter)
                .Append(example.Target).Append(task.ExampleDelimiter);
            turns.Add(new("user", text.Append(document.Text).ToString()));
        }

        return render(turns);
    }

    private IEnumerable<TaskDocument> Shown(EvaluationTask task, TaskDocument document)
    {
        var count = options.ShotsOf(task);
        if (count > task.Examples.Count)
            throw new InvalidOperationException(
                $"task '{task.Name}' has {task.Examples.Count} worked examples; {count} were asked for");
        return options.ShotSeed is { } seed ? Drawn(task, document, count, seed) : task.Examples.Take(count);
    }

    /// <summary>
    /// Examples without the question itself, in an order that depends on the seed and the question alone.
    /// </summary>
    private static List<TaskDocument> Drawn(EvaluationTask task, TaskDocument document, int count, long seed)
    {
        var pool = task.Examples.Where(example => example.Text != document.Text).ToArray();
        if (count > pool.Length)
            throw new InvalidOperationException(
                $"task '{task.Name}' has {pool.Length} worked examples besides question '{document.Id}'; {count} were "
                    + $"asked for");
        var generator = new SplitMix64(
            BinaryPrimitives.ReadUInt64LittleEndian(
                SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}:{task.Name}:{document.Id}"))));
        for (var i = 0; i < count; i++)
        {
            var j = i + generator.Below(pool.Length - i);
            (pool[i], pool[j]) = (pool[j], pool[i]);
        }

        return [.. pool.Take(count)];
    }
}
