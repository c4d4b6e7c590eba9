using System.CommandLine;
using System.Text.Json;
using Pipeline.Workflows;

namespace Pipeline.Cli.Commands;

/// <summary><c>./pipeline config</c>: every effective setting with its origin.</summary>
internal static class ConfigCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static Command Create()
    {
        var command = new Command("config", "print every effective setting and where it came from") { CommonOptions.Json };
        command.SetAction(parsed =>
        {
            var (_, effective) = CommonOptions.Load(parsed);
            if (parsed.GetValue(CommonOptions.Json))
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(effective, Indented));
                return ExitCodes.Ok;
            }

            var (path, value) = (effective.Max(row => row.Path.Length), Math.Min(48, effective.Max(row => row.Value.Length)));
            foreach (var row in effective)
            {
                Console.Out.WriteLine($"{row.Path.PadRight(path)}  {(row.Value.Length == 0 ? "-" : row.Value).PadRight(value)}  {row.Origin}");
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
