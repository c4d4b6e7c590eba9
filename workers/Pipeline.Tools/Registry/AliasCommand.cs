using System.CommandLine;
using System.Globalization;
using Pipeline.Registry.Models;

namespace Pipeline.Tools.Registry;

/// <summary><c>registry alias</c>: moves or removes an alias, when it is still where the caller saw it.</summary>
internal static class AliasCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("model") { Description = "model name" };
        var alias = new Argument<string>("alias") { Description = "alias, such as champion or challenger" };
        var version = new Argument<string>("version") { Description = "version number, or 'none' to remove the alias" };
        var expect = new Option<string?>("--expect")
        {
            Description = "version the alias must be at now, or 'none' (default: where it is)",
        };
        var actor = new Option<string>("--as")
        {
            Description = "who does it",
            DefaultValueFactory = _ => Environment.UserName,
        };
        var reason = new Option<string>("--reason") { Description = "why; it is kept in the history", Required = true };
        var waive = new Option<string>("--waive-gates")
        {
            Description = "move a protected alias without evidence and approval, for this reason",
            DefaultValueFactory = _ => "",
        };
        var request = new Option<string>("--request-id")
        {
            Description = "id that makes a repeated call one move",
            DefaultValueFactory = _ => "",
        };
        var command = new Command(
            "alias", "Point an alias at a version.") { name, alias, version, expect, actor, reason, waive, request };
        RegistryCommand.Run(command, async (parsed, registry, cancellation) =>
        {
            var (model, label) = (parsed.GetRequiredValue(name), parsed.GetRequiredValue(alias));
            int? now = (await registry.StateAsync(model, cancellation)).Aliases.TryGetValue(label, out var current)
                ? current : null;
            var moved = await registry.MoveAliasAsync(
                new MoveAlias
                {
                    Name = model,
                    Alias = label,
                    Version = Number(parsed.GetRequiredValue(version)),
                    Expected = parsed.GetValue(expect) is { } seen ? Number(seen) : now,
                    Actor = parsed.GetRequiredValue(actor),
                    Reason = parsed.GetRequiredValue(reason),
                    Waiver = parsed.GetRequiredValue(waive),
                    RequestId = parsed.GetRequiredValue(request),
                },
                cancellation);
            if (parsed.GetValue(Answer.Json))
            {
                RegistryOptions.Print(moved);
            }
            else
            {
                Console.WriteLine($"{model}@{label}: {Show(moved.From)} → {Show(moved.To)} (entry {moved.Sequence})");
            }
        });
        return command;
    }

    private static string Show(int? version) => version?.ToString(CultureInfo.InvariantCulture) ?? "none";

    private static int? Number(string text) =>
        text == "none" ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new RegistryException(
            RegistryError.InvalidName, $"'{text}' is no version; give a number from 1 or 'none'");
}
