using System.CommandLine;

namespace Pipeline.Cli.Commands;

/// <summary><c>./pipeline config</c>: every effective setting with its origin.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var command = new Command("config", "print every effective setting and where it came from");
        command.SetAction(parsed =>
        {
            var (_, effective) = CommonOptions.Load(parsed);
            var (path, value) =
                (effective.Max(row => row.Path.Length), Math.Min(48, effective.Max(row => row.Value.Length)));
            return Output.Write(
                parsed, effective,
                string.Join(
                    '\n', effective.Select(
                        row =>
                            $"{row.Path.PadRight(path)}  {(row.Value.Length == 0 ? "-" : row.Value).PadRight(value)}  "
                                + $"{row.Origin}")));
        });
        return command;
    }
}
