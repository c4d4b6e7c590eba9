using Pipeline.Llm.Models;

namespace Pipeline.Llm.Configuration;

/// <summary>Decides which layers slide.</summary>
internal static class LayerTypes
{
    public static IReadOnlyList<bool> Read(ConfigFields fields, Architecture architecture, int layers, int? window)
    {
        if (!fields.Has("layer_types"))
        {
            return [.. Enumerable.Range(0, layers)
                .Select(layer => window is not null && architecture.Slides(fields, layer))];
        }

        var types = fields.Texts("layer_types");
        if (types.Count != layers)
        {
            fields.Add($"layer_types has {types.Count} entries for {layers} layers");
            return new bool[layers];
        }

        foreach (var unknown in types.Where(type => type is not ("full_attention" or "sliding_attention")).Distinct())
        {
            fields.Add($"layer type '{unknown}' is not supported; supported are full_attention, sliding_attention");
        }

        return [.. types.Select(type => type == "sliding_attention" && window is not null)];
    }
}
