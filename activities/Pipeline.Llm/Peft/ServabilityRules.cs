namespace Pipeline.Llm.Peft;

/// <summary>Whether common multi-adapter servers can load an adapter without merging it.</summary>
public static class ServabilityRules
{
    /// <summary>Reasons against serving as an adapter.</summary>
    /// <param name="config">Adapter configuration.</param>
    /// <param name="maxRank">Largest rank the server accepts.</param>
    /// <returns>Reasons; empty when it can be served.</returns>
    public static IEnumerable<string> Obstacles(LoraConfig config, int maxRank)
    {
        if (config.ModulesToSave.Count > 0)
        {
            yield return "not servable as adapter: modules_to_save";
        }

        if (config.UseDora)
        {
            yield return "not servable as adapter: use_dora";
        }

        if (config.Bias != LoraBias.None || config.LoraHasBias)
        {
            yield return "not servable as adapter: bias";
        }

        if (config.TrainableTokenIndices.Count > 0)
        {
            yield return "not servable as adapter: trainable_token_indices";
        }

        if (config.RankPattern.Select(pair => pair.Value).Append(config.Rank).Max() > maxRank)
        {
            yield return $"not servable as adapter: rank above {maxRank}";
        }
    }
}
