namespace Pipeline.Llm.Peft;

/// <summary>Errors and advice about adapter hyper-parameters.</summary>
public static class LoraConfigValidator
{
    /// <summary>Values that cannot work.</summary>
    /// <param name="config">Adapter configuration.</param>
    /// <returns>All problems; empty when there are none.</returns>
    public static IEnumerable<string> Errors(LoraConfig config)
    {
        if (config.Rank <= 0 || config.RankPattern.Any(pair => pair.Value <= 0))
        {
            yield return $"r must be positive, got "
                + $"{config.Rank}{string.Concat(config.RankPattern.Where(p => p.Value <= 0).Select(p => $", {p.Key}: {p.Value}"))}";
        }

        if (!(config.Alpha > 0) || !double.IsFinite(config.Alpha) || config.AlphaPattern.Any(pair => !(pair.Value > 0)))
        {
            yield return $"lora_alpha must be positive and finite, got {config.Alpha}";
        }

        if (config.Dropout is not (>= 0 and < 1))
        {
            yield return $"lora_dropout must be in [0, 1), got {config.Dropout}";
        }

        if (config.TargetModules.Count == 0 && config.TargetRegex is null && config.TrainableTokenIndices.Count == 0)
        {
            yield return "target_modules is empty";
        }

        if (config.LayersToTransform is not null && config.TargetRegex is not null)
        {
            yield return "layers_to_transform cannot be combined with a regular expression in target_modules";
        }

        if (config.LayersPattern.Count > 0 && config.LayersToTransform is null)
        {
            yield return "layers_pattern needs layers_to_transform";
        }

        if (config.UseDora && config.LoraHasBias)
        {
            yield return "lora_bias cannot be combined with use_dora";
        }
    }

    /// <summary>Values that work but are unusual; each names the rule.</summary>
    /// <param name="config">Adapter configuration.</param>
    /// <returns>All remarks; empty when there are none.</returns>
    public static IEnumerable<string> Warnings(LoraConfig config)
    {
        if (config.Rank is < 4 or > 64 || (config.Rank & (config.Rank - 1)) != 0)
        {
            yield return $"r = {config.Rank}: usual ranks are powers of two from 4 to 64";
        }

        if (config.Alpha != config.Rank && config.Alpha != 2 * config.Rank && !config.UseRsLora)
        {
            yield return $"lora_alpha = {config.Alpha}: usual values are r or 2·r";
        }

        if (config.Dropout > 0.1)
        {
            yield return $"lora_dropout = {config.Dropout}: usual values are 0 to 0.1";
        }

        string[] attention = ["q_proj", "k_proj", "v_proj", "o_proj"];
        if (config.TargetRegex is null && !config.TargetModules.Contains("all-linear")
            && attention.Where(name => !config.TargetModules.Any(target => TargetMatcher.Names(name, target)))
            .ToList() is { Count: > 0 } missing)
        {
            yield return $"target_modules lack {string.Join(", ", missing)}: at least q, k, v and o are usual";
        }
    }
}
