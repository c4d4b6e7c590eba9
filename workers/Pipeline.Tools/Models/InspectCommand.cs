using System.CommandLine;

namespace Pipeline.Tools.Models;

/// <summary>
/// <c>inspect</c>: what a model or adapter directory holds, what training it takes; no weight is loaded.
/// </summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var path = new Argument<DirectoryInfo>("directory") { Description = "a model or an adapter directory" };
        var model = new Option<DirectoryInfo?>("--base")
        {
            Description = "base model of an adapter, for its share of all parameters",
        };
        var tokens = new Option<int>("--tokens")
        {
            Description = "tokens of a micro-batch in the memory estimate",
            DefaultValueFactory = _ => 2048,
        };
        var command = new Command("inspect",
            "Show what a model or adapter holds, and the memory that training takes.") { path, model, tokens };
        command.SetAction(parsed =>
        {
            var directory = parsed.GetRequiredValue(path).FullName;
            if (!Directory.Exists(directory))
            {
                throw new DirectoryNotFoundException($"{directory} is not a directory");
            }

            var isAdapter = File.Exists(Path.Combine(directory, "adapter_config.json"));
            var facts = isAdapter
                ? AdapterFacts.Of(directory, parsed.GetValue(model)?.FullName)
                : ModelFacts.Of(directory, parsed.GetValue(tokens));
            Answer.Write(
                parsed, facts.ToDictionary(fact => fact.Key, fact => fact.Value),
                string.Join('\n', facts.Select(fact => $"{fact.Key,-22}{fact.Value}")));
        });
        return command;
    }
}
