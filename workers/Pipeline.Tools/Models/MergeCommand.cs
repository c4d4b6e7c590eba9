using System.CommandLine;
using Pipeline.Llm.Peft;

namespace Pipeline.Tools.Models;

/// <summary><c>merge</c>: an adapter into its base, or several adapters into one.</summary>
internal static class MergeCommand
{
    public static Command Create()
    {
        var model = new Option<DirectoryInfo?>("--base")
        {
            Description = "base model; the result is a model directory. Without it, adapters are combined into one",
        };
        var adapters = new Option<string[]>("--adapter")
        {
            Description = "adapter directory, or DIRECTORY=WEIGHT when combining; repeatable",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var output = new Option<DirectoryInfo>("--out") { Description = "new directory", Required = true };
        var kind = new Option<CombinationKind>("--kind")
        {
            Description = "how adapters are combined",
            DefaultValueFactory = _ => CombinationKind.Cat,
        };
        var density = new Option<double?>("--density")
        {
            Description = "share of elements kept (ties, dare, magnitude_prune)",
        };
        var rank = new Option<int?>("--rank") { Description = "rank of an svd" };
        var seed = new Option<long>("--seed") { Description = "seed of dare's random drops" };
        var command = new Command("merge", "Merge an adapter into its base, or combine adapters.") { model, adapters,
            output, kind, density, rank, seed };
        command.SetAction(parsed =>
        {
            var (given, target) = (parsed.GetRequiredValue(adapters), parsed.GetRequiredValue(output));
            if (target.Exists && target.EnumerateFileSystemInfos().Any())
            {
                throw new ArgumentException($"{target} is not empty; name a new directory with --out", nameof(parsed));
            }

            if (parsed.GetValue(model) is { } found)
            {
                var only = given.Length == 1
                    ? given[0] : throw new ArgumentException(
                        "--base takes one --adapter; combine several first, without --base", nameof(parsed));
                AdapterMerge.Run(found.FullName, only, target.FullName, Console.Error.WriteLine);
            }
            else
            {
                AdapterAlgebra.Combine([.. given.Select(WeightedAdapter.Parse)], target.FullName, new()
                {
                    Kind = parsed.GetValue(kind),
                    Density = parsed.GetValue(density),
                    SvdRank = parsed.GetValue(rank),
                    Seed = parsed.GetValue(seed),
                });
            }

            Answer.Write(parsed, new { directory = target.FullName, adapters = given.Length }, target.FullName);
        });
        return command;
    }
}
