using System.CommandLine;
using Pipeline.Registry.Models;

namespace Pipeline.Tools.Registry;

/// <summary><c>registry copy</c>: a version with its files and lineage to another store.</summary>
internal static class CopyCommand
{
    public static Command Create()
    {
        var target = new Argument<string>("address") { Description = "name@alias, name@3 or models:/name/3" };
        var to = new Option<string>("--to")
        {
            Description = "target store: a folder or s3://BUCKET/PREFIX",
            Required = true,
        };
        var actor = new Option<string>("--as")
        {
            Description = "who copies",
            DefaultValueFactory = _ => Environment.UserName,
        };
        var command =
            new Command("copy", "Copy a version to another store; aliases stay where they are.") { target, to, actor };
        RegistryCommand.Run(command, async (parsed, registry, cancellation) =>
        {
            var destination = new ModelRegistry(RegistryOptions.OpenStore(parsed.GetRequiredValue(to)));
            var address = ModelAddress.Parse(parsed.GetRequiredValue(target));
            var copy = await RegistryCopy.CopyAsync(
                registry, destination, address, parsed.GetRequiredValue(actor), cancellation);
            if (parsed.GetValue(Answer.Json))
            {
                RegistryOptions.Print(copy);
            }
            else
            {
                Console.WriteLine($"{copy.Address} in {destination.Location}");
            }
        });
        return command;
    }
}
