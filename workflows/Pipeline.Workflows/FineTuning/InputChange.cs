using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Workflows.Inputs;
using Pipeline.Workflows.Json;

namespace Pipeline.Workflows.FineTuning;

/// <summary>Changes fields of an input by a JSON object of the same form.</summary>
internal static class InputChange
{
    /// <summary>Merges the change into the input; problems are listed as for a new input.</summary>
    public static FineTuneInput Apply(FineTuneInput input, JsonElement change)
    {
        var whole = JsonSerializer.SerializeToNode(input, PipelineJson.Options)?.AsObject() ?? [];
        if (JsonNode.Parse(change.GetRawText()) is not JsonObject changes)
        {
            return input with { ReadProblems = ["changedParameters: expected an object in the form of the input"] };
        }

        Merge(whole, changes);
        return InputConverter<FineTuneInput>.Read(JsonSerializer.SerializeToElement(whole));
    }

    private static void Merge(JsonObject target, JsonObject changes)
    {
        foreach (var (name, value) in changes.ToList())
        {
            if (value is JsonObject inner && target[name] is JsonObject section)
            {
                Merge(section, inner);
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }
}
