namespace Pipeline.Registry.Compatibility;

/// <summary>Finds out before any GPU is taken whether base, tokenizer, template and adapter fit each other.</summary>
public static class CompatibilityChecks
{
    private const string AllLinear = "all-linear";

    /// <summary>Runs every check.</summary>
    /// <param name="model">What the base model is.</param>
    /// <param name="request">What is wanted of it.</param>
    /// <returns>All problems at once; empty when everything fits.</returns>
    public static IReadOnlyList<CompatibilityProblem> Run(ModelFacts model, CompatibilityRequest request)
    {
        var problems = new List<CompatibilityProblem>();
        if (!model.SupportedArchitectures.Contains(model.Architecture))
        {
            problems.Add(new(
                CompatibilityCodes.Architecture,
                $"architecture '{model.Architecture}' is not supported; these are: "
                    + $"{string.Join(", ", model.SupportedArchitectures.Order(StringComparer.Ordinal))}"));
        }

        if (model.TokenizerSize > model.EmbeddingRows)
        {
            problems.Add(new(
                CompatibilityCodes.Vocabulary,
                $"the tokenizer has ids up to {model.TokenizerSize - 1}, the embedding {model.EmbeddingRows} rows; "
                    + $"use the tokenizer of the base model"));
        }

        foreach (var token in request.TemplateTokens.Except(model.Tokens))
        {
            problems.Add(
                new(CompatibilityCodes.SpecialToken,
                    $"the chat template writes '{token}', which is no token of this tokenizer"));
        }

        if (request.MaxLength > model.ContextLength)
        {
            problems.Add(new(
                CompatibilityCodes.Context,
                $"maximal length {request.MaxLength} is above the context of {model.ContextLength} tokens"));
        }

        CheckTargets(model, request, problems);
        if (request.AdapterBase is { } trained && request.ServingBase is { } serving && trained != serving)
        {
            problems.Add(
                new(CompatibilityCodes.BaseRevision,
                    $"the adapter was trained on {Show(trained)}, and {Show(serving)} serves"));
        }

        return problems;
    }

    private static void CheckTargets(
        ModelFacts model, CompatibilityRequest request, List<CompatibilityProblem> problems)
    {
        foreach (var target in request.TargetModules)
        {
            var modules = target == AllLinear
                ? [.. model.Modules.Where(module => module.Name.Contains(".layers.", StringComparison.Ordinal))]
                : model.Modules.Where(module => module.Name == target
                    || module.Name.EndsWith("." + target, StringComparison.Ordinal)).ToList();
            if (modules.Count == 0)
            {
                var names = model.Modules.Select(module => module.Name[(module.Name.LastIndexOf('.') + 1)..])
                    .Distinct(StringComparer.Ordinal);
                problems.Add(new(
                    CompatibilityCodes.TargetModule,
                    $"target module '{target}' is not in architecture '{model.Architecture}'; it has "
                        + $"{string.Join(", ", names)}"));
            }
            else if (modules.MinBy(module => Math.Min(module.Inputs, module.Outputs)) is { } small &&
                request.Rank > Math.Min(small.Inputs, small.Outputs))
            {
                problems.Add(new(
                    CompatibilityCodes.Rank,
                    $"rank {request.Rank} is above the smaller side of '{small.Name}' ({small.Inputs} × "
                        + $"{small.Outputs})"));
            }
        }
    }

    private static string Show(Models.BaseModelRef model) =>
        $"{model.Id} revision {model.Revision} ({(model.Digest.Length > 12 ? model.Digest[..12] : model.Digest)})";
}
