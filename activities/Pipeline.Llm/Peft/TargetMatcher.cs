using System.Text.RegularExpressions;
using Pipeline.Llm.Configuration;
using Pipeline.Llm.Models;

namespace Pipeline.Llm.Peft;

/// <summary>Finds the modules that an adapter configuration means, by PEFT's rules.</summary>
public static class TargetMatcher
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The modules that carry an adapter.</summary>
    /// <param name="config">Adapter configuration.</param>
    /// <param name="model">Configuration of the base model.</param>
    /// <returns>Targets in model order with rank and scale after the patterns.</returns>
    /// <exception cref="InvalidDataException">No module matches, or one of the listed names matches none.</exception>
    public static IReadOnlyList<LoraTarget> Find(LoraConfig config, ModelConfig model)
    {
        var shapes = ModelShapes.Linears(model).ToList();
        shapes.Insert(
            0, new LinearShape(ModelShapes.Embedding, model.VocabularySize, model.HiddenSize, HasBias: false));
        shapes.Add(new LinearShape(ModelShapes.Head, model.HiddenSize, model.VocabularySize, HasBias: false));
        var matched = shapes.Where(shape => IsTarget(config, shape.Name)).ToList();
        var unknown = config.TargetRegex is null
            ? config.TargetModules.Where(name => name != "all-linear" && !shapes.Any(shape => Names(name, shape.Name)))
                .ToList()
            : [];
        if (matched.Count == 0 && config.TrainableTokenIndices.Count == 0)
        {
            throw new InvalidDataException(
                $"no module of the base model matches the targets [{Describe(config)}]{Layers(config)}; modules end "
                    + $"in {Suffixes(shapes)}");
        }

        if (unknown.Count > 0)
        {
            throw new InvalidDataException(
                $"target module [{string.Join(", ", unknown)}] is not in the base model; modules end in "
                    + $"{Suffixes(shapes)}");
        }

        return [.. matched.Select(shape =>
        {
            var rank = Pattern(config.RankPattern, shape.Name, config.Rank);
            var alpha = Pattern(config.AlphaPattern, shape.Name, config.Alpha);
            return new LoraTarget(shape.Name, shape.Input, shape.Output, rank, alpha, config.Scaling(rank, alpha),
                shape.Name == ModelShapes.Embedding);
        })];
    }

    /// <summary>Whether a list entry means a module: its whole name or its last part.</summary>
    /// <param name="entry">Entry of a list.</param>
    /// <param name="module">Module path.</param>
    /// <returns>True when it matches.</returns>
    public static bool Names(string entry, string module) =>
        module == entry || module.EndsWith("." + entry, StringComparison.Ordinal);

    /// <summary>Alpha of a module after the patterns.</summary>
    internal static double AlphaOf(LoraConfig config, string module) =>
        Pattern(config.AlphaPattern, module, config.Alpha);

    private static bool IsTarget(LoraConfig config, string module)
    {
        if (config.ExcludeModules.Any(entry => Names(entry, module))
            || (config.ExcludeRegex is { } exclude && Full(exclude, module))
            || config.ModulesToSave.Any(entry => Names(entry, module)))
        {
            return false;
        }

        var hit = config.TargetRegex is { } regex
            ? Full(regex, module)
            : config.TargetModules.Any(entry => entry == "all-linear"
                ? module != ModelShapes.Head && module != ModelShapes.Embedding
                : Names(entry, module));
        return hit && InLayers(config, module);
    }

    private static bool InLayers(LoraConfig config, string module)
    {
        if (config.LayersToTransform is null || config.TargetModules.Contains(module))
        {
            return true;
        }

        var lists = config.LayersPattern.Count == 0
            ? "[^.]*" : string.Join('|', config.LayersPattern.Select(Regex.Escape));
        var match = Regex.Match(module, $@"^.*?\.(?:{lists})\.(\d+)\.", RegexOptions.None, Patience);
        return match.Success && config.LayersToTransform.Contains(int.Parse(match.Groups[1].Value));
    }

    private static T Pattern<T>(IReadOnlyList<KeyValuePair<string, T>> patterns, string module, T fallback)
    {
        foreach (var (key, value) in patterns)
        {
            if (Regex.IsMatch(module, $@"^(?:.*\.)?(?:{key})$", RegexOptions.None, Patience))
            {
                return value;
            }
        }

        return fallback;
    }

    private static bool Full(string pattern, string module) =>
        Regex.IsMatch(module, $@"^(?:{pattern})\z", RegexOptions.None, Patience);

    private static string Describe(LoraConfig config) => config.TargetRegex ?? string.Join(", ", config.TargetModules);

    private static string Layers(LoraConfig config) =>
        config.LayersToTransform is { } layers ? $" in layers [{string.Join(", ", layers)}]" : "";

    private static string Suffixes(List<LinearShape> shapes) =>
        string.Join(", ", shapes.Select(shape => shape.Name[(shape.Name.LastIndexOf('.') + 1)..]).Distinct());
}
