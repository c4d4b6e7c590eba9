using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Harness;

/// <summary>Finished answers of a shard.</summary>
internal static class ShardFile
{
    public static void Save(string path, IReadOnlyList<AnsweredQuestion> answers) =>
        Files.Replace(path, string.Concat(answers.Select(answer => AnswerLog.Serialize(answer) + "\n")));

    /// <summary>The answers; null when the file is absent or does not hold exactly these questions.</summary>
    public static AnsweredQuestion[]? Load(string path, EvaluationTask task, TaskDocument[] questions, string[] digests)
    {
        if (!File.Exists(path)) return null;
        AnsweredQuestion[] answers;
        try
        {
            answers = [.. File.ReadLines(path).Select(AnswerLog.Deserialize)];
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or IOException)
        {
            return null;
        }

        var same = answers.Length == questions.Length
            && answers.Select((answer, i) => answer.Id == questions[i].Id && answer.Prompt == digests[i]
                && answer.Task == task.Name).All(x => x);
        return same ? answers : null;
    }
}
