using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Data.Building;

namespace Pipeline.Tools.Text;

/// <summary>Prints what a dataset is.</summary>
internal static class DatasetOutput
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void Write(DatasetIndex index, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(index, Json));
            return;
        }

        Console.WriteLine($"{index.Name}  {index.Version}");
        Console.WriteLine($"rows      {index.Rows:N0} in {index.Shards.Count} shards; {index.Accounting}");
        foreach (var (rule, rows) in index.Accounting.Removed) Console.WriteLine(
            $"          removed by {rule}: {rows:N0}");
        foreach (var (part, rows) in index.Parts) Console.WriteLine($"          {part}/ holds {rows:N0}");
        Console.WriteLine(
            $"tokens    {index.Tokens:N0}, learned {index.SupervisedTokens:N0}, longest row {index.LongestRow:N0}");
        Console.WriteLine($"lengths   {string.Join(", ", index.Lengths.Select(l => $"≤{l.Key}: {l.Value:N0}"))}");
        foreach (var source in index.Sources)
            Console.WriteLine(
                $"source    {source.Name}{(source.Replay ? " (rehearsal)" : "")}: {source.Read:N0} read, "
                    + $"{source.Rows:N0} used, {source.Tokens:N0} tokens");
        Console.WriteLine($"rehearsal {index.Replay.OfRows:P1} of the rows, {index.Replay.OfTokens:P1} of the tokens");
        Console.WriteLine(
            $"labels    {index.Audit.Proven:N0} rows proven, {index.Audit.WithTerminator:N0} with terminator, "
                + $"{index.Audit.Truncated:N0} cut, {index.Audit.ControlTexts:N0} control-looking texts made harmless");
        foreach (var advice in index.Advice) Console.WriteLine($"advice    {advice}");
    }
}
