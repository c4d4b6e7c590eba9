namespace Pipeline.Evaluation.Harness;

/// <summary>Files of answers, a JSON line each.</summary>
public static class AnswerFile
{
    /// <summary>Reads a file of answers.</summary>
    /// <param name="path">Such as <c>samples_TASK.jsonl</c>.</param>
    /// <returns>The answers in order.</returns>
    /// <exception cref="FormatException">A line is no answer; the message names it.</exception>
    public static List<AnsweredQuestion> Read(string path)
    {
        var answers = new List<AnsweredQuestion>();
        foreach (var line in File.ReadLines(path))
        {
            try
            {
                answers.Add(AnswerLog.Deserialize(line));
            }
            catch (System.Text.Json.JsonException exception)
            {
                throw new FormatException(
                    $"{path}, line {answers.Count + 1} is no answer: {exception.Message}", exception);
            }
        }

        return answers;
    }
}
