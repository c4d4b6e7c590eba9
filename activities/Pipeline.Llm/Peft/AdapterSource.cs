using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using static TorchSharp.torch;

namespace Pipeline.Llm.Peft;

/// <summary>An adapter read for arithmetic; no base model is needed.</summary>
internal sealed record AdapterSource(
    string Directory, double Weight, LoraConfig Config, IReadOnlyList<AdapterPair> Pairs,
    IReadOnlyDictionary<string, Tensor> Tensors)
{
    private static readonly (string A, string B)[] Suffixes =
        [(".lora_A.weight", ".lora_B.weight"), (".lora_embedding_A", ".lora_embedding_B")];

    public static AdapterSource Read(string directory, double weight)
    {
        if (!double.IsFinite(weight))
        {
            throw new ArgumentException($"the weight of {directory} is {weight}", nameof(weight));
        }

        var config = LoraConfigJson.Read(directory);
        if (config.UseDora || config.Bias != LoraBias.None || config.LoraHasBias || config.ModulesToSave.Count > 0
            || config.TrainableTokenIndices.Count > 0)
        {
            throw new InvalidDataException(
                $"{directory}: only adapters of A and B alone can be combined, not use_dora, bias, modules_to_save or "
                    + $"trainable tokens");
        }

        var path = Path.Combine(directory, AdapterFile.FileName);
        using var file = SafeTensorsFile.Open(path);
        var tensors = file.Header.Entries.Where(e => e.Name.StartsWith(AdapterShapes.Prefix, StringComparison.Ordinal))
            .ToDictionary(
            e => e.Name[AdapterShapes.Prefix.Length..],
            e => WeightLoader.Read(file, e.Name, e.Shape).to(ScalarType.Float64, copy: true), StringComparer.Ordinal);
        var pairs = new List<AdapterPair>();
        foreach (var name in tensors.Keys.Order(StringComparer.Ordinal))
        {
            foreach (var (a, b) in Suffixes.Where(suffix => name.EndsWith(suffix.A, StringComparison.Ordinal)))
            {
                pairs.Add(new(name[..^a.Length], name, name[..^a.Length] + b));
            }
        }

        if (pairs.Count == 0 || pairs.Exists(pair => !tensors.ContainsKey(pair.NameOfB))
            || tensors.Count != 2 * pairs.Count)
        {
            throw new InvalidDataException($"{path}: its {tensors.Count} tensors are not pairs of A and B");
        }

        return new(directory, weight, config, pairs, tensors);
    }

    public static void CheckCompatible(List<AdapterSource> sources, bool sameRank)
    {
        var first = sources[0];
        foreach (var other in sources.Skip(1))
        {
            if (!other.Pairs.SequenceEqual(first.Pairs))
            {
                throw new InvalidDataException($"{other.Directory} and {first.Directory} adapt different modules");
            }

            foreach (var pair in first.Pairs)
            {
                var (a, b) = (first.Tensors[pair.NameOfA], other.Tensors[pair.NameOfA]);
                if (a.size(1) != b.size(1) || first.Tensors[pair.NameOfB].size(0)
                    != other.Tensors[pair.NameOfB].size(0))
                {
                    throw new InvalidDataException(
                        $"{other.Directory} and {first.Directory} are for bases of different shapes ({pair.Module})");
                }

                if (sameRank && a.size(0) != b.size(0))
                {
                    throw new InvalidDataException(
                        $"{first.Directory} has rank {a.size(0)}, {other.Directory} rank {b.size(0)} in "
                            + $"{pair.Module}; only cat and svd take different ranks");
                }
            }
        }
    }

    public Tensor Wide(string name) => Tensors[name];

    public double Scale(AdapterPair pair)
    {
        var rank = (int)Tensors[pair.NameOfA].size(0);
        return Config.Scaling(rank, TargetMatcher.AlphaOf(Config, pair.Module));
    }
}
