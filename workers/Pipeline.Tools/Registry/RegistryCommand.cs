using System.CommandLine;
using Pipeline.Registry.Models;
using Pipeline.Registry.Storage;
using Pipeline.Workflows;

namespace Pipeline.Tools.Registry;

/// <summary>The verb <c>registry</c>: models, versions, aliases, base models and where they come from.</summary>
public static class RegistryCommand
{
    /// <summary>Builds the verb.</summary>
    /// <returns>A command to add to the root.</returns>
    public static Command Create()
    {
        var command = new Command("registry",
            "Models, versions, aliases, base models and lineage.") { RegistryOptions.Store };
        foreach (var part in new[]
        {
            ListCommand.Create(), ShowCommand.Create(), AliasCommand.Create(), LineageCommand.Create(),
            DiffCommand.Create(),
            RegisterBaseCommand.Create(), CopyCommand.Create(), PullCommand.Create(), WebhookCommand.Create(),
        })
        {
            command.Subcommands.Add(part);
        }

        return command;
    }

    /// <summary>Runs a command's body on the registry that the options name.</summary>
    /// <param name="command">The command.</param>
    /// <param name="body">What it does.</param>
    internal static void Run(Command command, Func<ParseResult, ModelRegistry, CancellationToken, Task> body) =>
        command.SetAction(async (parsed, cancellation) =>
        {
            await body(parsed, RegistryOptions.Open(parsed), cancellation);
            return ExitCodes.Ok;
        });

    /// <summary>Exit code of a failure of registry or store; null for any other.</summary>
    public static int? CodeOf(Exception exception) => exception switch
    {
        RegistryException refused => refused.Error switch
        {
            RegistryError.GateMissing => ExitCodes.GateFailed,
            RegistryError.BaseMismatch or RegistryError.Digest or RegistryError.AliasMoved or RegistryError.Conflict =>
                ExitCodes.Integrity,
            RegistryError.InUse or RegistryError.Destination => ExitCodes.NotAllowed,
            _ => ExitCodes.BadInput,
        },
        ObjectStoreException store => store.Error switch
        {
            ObjectStoreError.Unavailable => ExitCodes.Unavailable,
            ObjectStoreError.Integrity or ObjectStoreError.PreconditionFailed => ExitCodes.Integrity,
            ObjectStoreError.AccessDenied or ObjectStoreError.ReadOnly => ExitCodes.NotAllowed,
            ObjectStoreError.NoSpace or ObjectStoreError.Disk => ExitCodes.Resources,
            ObjectStoreError.Unsupported => ExitCodes.Usage,
            _ => ExitCodes.BadInput,
        },
        _ => null,
    };
}
