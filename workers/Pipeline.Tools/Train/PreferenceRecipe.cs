using Pipeline.Llm.Preference;

namespace Pipeline.Tools.Train;

/// <summary>
/// The <c>preference</c> part of a recipe: rows are pairs of answers, or single good and bad answers.
/// </summary>
internal sealed record PreferenceRecipe
{
    /// <summary><c>dpo</c>, <c>ipo</c>, <c>kto</c>, <c>orpo</c> or <c>simpo</c>.</summary>
    public string Method { get; init; } = "dpo";

    /// <summary>Strength; null for 2 with SimPO, else 0.1.</summary>
    public double? Beta { get; init; }

    public double Margin { get; init; } = 0.5;

    public double OddsWeight { get; init; } = 0.1;

    public double LabelSmoothing { get; init; }

    public double DesirableWeight { get; init; } = 1;

    public double UndesirableWeight { get; init; } = 1;

    public PreferenceSettings ToSettings()
    {
        var (method, loss) = Method switch
        {
            "dpo" => (PreferenceMethod.Pairs, PreferenceLossKind.Sigmoid),
            "ipo" => (PreferenceMethod.Pairs, PreferenceLossKind.Ipo),
            "kto" => (PreferenceMethod.Kto, PreferenceLossKind.Sigmoid),
            "orpo" => (PreferenceMethod.Orpo, PreferenceLossKind.Sigmoid),
            "simpo" => (PreferenceMethod.SimPo, PreferenceLossKind.Sigmoid),
            _ =>
                throw new RecipeException(
                    $"preference.method '{Method}' is not known; there are dpo, ipo, kto, orpo and simpo"),
        };
        return new()
        {
            Method = method,
            Loss = loss,
            Beta = Beta ?? (method == PreferenceMethod.SimPo ? 2 : 0.1),
            Margin = Margin,
            OddsWeight = OddsWeight,
            LabelSmoothing = LabelSmoothing,
            DesirableWeight = DesirableWeight,
            UndesirableWeight = UndesirableWeight,
        };
    }
}
