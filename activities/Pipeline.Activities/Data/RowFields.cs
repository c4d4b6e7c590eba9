using System.Text.Json;
using Pipeline.Workflows.Inputs;

namespace Pipeline.Activities.Data;

/// <summary>Whether rows have the fields that the options name; the defaults fit the demo task's rows only.</summary>
internal static class RowFields
{
    private const int Looked = 500;
    private const int Named = 20;
    private static readonly string[] OfSections = ["package", "description", "section"];

    /// <summary>Compares options with the first rows.</summary>
    /// <param name="path">JSONL file.</param>
    /// <param name="data">Options of the data stages.</param>
    /// <param name="task">Form of the rows.</param>
    /// <exception cref="InvalidDataException">Fields are missing; all problems are listed.</exception>
    public static void Check(string path, DataOptions data, string task)
    {
        var found = Of(path);
        var problems = new List<string>();
        if (data.StratifyBy.Length > 0 && !found.Contains(data.StratifyBy))
        {
            problems.Add(
                $"data.stratifyBy '{data.StratifyBy}' is none of them: name one, or give \"\" to draw from all alike");
        }

        if (data.TextFields.Count > 0 && !data.TextFields.Any(found.Contains))
        {
            problems.Add(
                $"of data.textFields ({string.Join(", ", data.TextFields)}) there is none: name some, or give [] for "
                    + "the text of the usual formats");
        }

        if (task == DebianSectionTask.Name
            && OfSections.Except(found, StringComparer.Ordinal).ToList() is [_, ..] absent)
        {
            problems.Add(
                $"dataset.task {task} needs {string.Join(", ", absent)} too: give \"auto\" for the usual formats");
        }

        if (problems.Count > 0)
        {
            var more = found.Count > Named ? $" and {found.Count - Named} more" : "";
            throw new InvalidDataException(
                $"the rows of {data.Source} have the fields {string.Join(", ", found.Take(Named))}{more}; "
                    + string.Join("; ", problems));
        }
    }

    // Of no rows there is nothing to say here.
    private static SortedSet<string> Of(string path)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(path).Where(line => line.Length > 0).Take(Looked))
        {
            using var row = JsonDocument.Parse(line);
            if (row.RootElement.ValueKind == JsonValueKind.Object)
            {
                found.UnionWith(row.RootElement.EnumerateObject().Select(field => field.Name));
            }
        }

        return found;
    }
}
