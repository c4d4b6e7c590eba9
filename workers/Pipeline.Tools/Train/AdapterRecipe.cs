using Pipeline.Llm.Peft;

namespace Pipeline.Tools.Train;

/// <summary>The <c>adapter</c> part of a recipe.</summary>
internal sealed record AdapterRecipe
{
    /// <summary>A preset to start from; the other fields change it.</summary>
    public string Preset { get; init; } = "seed1-default";

    /// <summary>An adapter folder to continue from; the other fields are not used then.</summary>
    public string? From { get; init; }

    public int? Rank { get; init; }

    public double? Alpha { get; init; }

    public double? Dropout { get; init; }

    public List<string>? TargetModules { get; init; }

    public List<string>? ModulesToSave { get; init; }

    public bool UseDora { get; init; }

    public bool UseRslora { get; init; }

    public LoraInit Init { get; init; }

    public LoraConfig ToConfig()
    {
        if (!LoraPresets.ByName.TryGetValue(Preset, out var preset))
        {
            throw new RecipeException(
                $"adapter.preset '{Preset}' is not known; there are {string.Join(", ", LoraPresets.ByName.Keys)}");
        }

        return preset with
        {
            Rank = Rank ?? preset.Rank,
            Alpha = Alpha ?? preset.Alpha,
            Dropout = Dropout ?? preset.Dropout,
            TargetModules = TargetModules ?? preset.TargetModules,
            ModulesToSave = ModulesToSave ?? preset.ModulesToSave,
            UseDora = UseDora,
            UseRsLora = UseRslora,
            Init = Init,
        };
    }
}
