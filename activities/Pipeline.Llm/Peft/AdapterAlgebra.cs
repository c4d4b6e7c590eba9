using System.Text.RegularExpressions;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Peft;

/// <summary>Makes one adapter directory of several, by the rules of PEFT's weighted adapters.</summary>
/// <remarks>
/// All methods but cat and svd treat A and B separately, with ±√|w·s| on A and √|w·s| on B for weight w and scale s.
/// </remarks>
public static class AdapterAlgebra
{
    /// <summary>Combines adapters of the same base and the same targets.</summary>
    /// <param name="adapters">Adapter directories with their weights.</param>
    /// <param name="output">Target directory; made if it is missing.</param>
    /// <param name="combination">The method and its numbers.</param>
    /// <exception cref="ArgumentException">A number that the method needs is missing or out of range.</exception>
    /// <exception cref="InvalidDataException">The adapters cannot be combined; the reason names them.</exception>
    public static void Combine(
        IReadOnlyList<(string Directory, double Weight)> adapters, string output, AdapterCombination combination)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        // Draws in the order in which it is asked: module, A before B, then adapter.
        using var generator = new Generator((ulong)combination.Seed);
        var (config, tensors) = Combine(
            adapters, combination,
            (_, value, _) => empty(value.shape, ScalarType.Float32).bernoulli_(combination.Density ?? 1, generator)
                .to(value.dtype));
        Directory.CreateDirectory(output);
        LoraConfigJson.Write(output, config);
        AdapterFile.Write(output, tensors.Select(pair => (pair.Key, pair.Value)), fingerprint: null);
    }

    internal static (LoraConfig Config, Dictionary<string, Tensor> Tensors) Combine(
        IReadOnlyList<(string Directory, double Weight)> adapters, AdapterCombination combination,
        Func<string, Tensor, int, Tensor> mask)
    {
        Check(combination);
        var sources = adapters.Select(adapter => AdapterSource.Read(adapter.Directory, adapter.Weight)).ToList();
        if (sources.Count == 0)
        {
            throw new ArgumentException("no adapter to combine", nameof(adapters));
        }

        AdapterSource.CheckCompatible(
            sources, sameRank: combination.Kind is not (CombinationKind.Cat or CombinationKind.Svd));
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var ranks = new List<(string Module, int Rank)>();
        foreach (var pair in sources[0].Pairs)
        {
            var (a, b) = Pair(pair, sources, combination, mask);
            tensors[pair.NameOfA] = a.to(ScalarType.Float32).contiguous();
            tensors[pair.NameOfB] = b.to(ScalarType.Float32).contiguous();
            ranks.Add((pair.Module, (int)a.size(0)));
        }

        var rank = ranks.Max(r => r.Rank);
        var others = ranks.Where(r => r.Rank != rank).Select(r => (Key: Regex.Escape(r.Module), r.Rank)).ToList();
        var config = sources[0].Config with
        {
            Rank = rank,
            Alpha = rank,
            UseRsLora = false,
            Init = LoraInit.Default,
            RankPattern = [.. others.Select(r => KeyValuePair.Create(r.Key, r.Rank))],
            AlphaPattern = [.. others.Select(r => KeyValuePair.Create(r.Key, (double)r.Rank))],
        };
        return (config, tensors);
    }

    private static void Check(AdapterCombination combination)
    {
        var needsDensity = combination.Kind
            is not (CombinationKind.Linear or CombinationKind.Cat or CombinationKind.Svd);
        if (needsDensity && combination.Density is not (> 0 and <= 1))
        {
            throw new ArgumentException(
                $"{combination.Kind} needs a density above 0 up to 1, got {combination.Density?.ToString() ?? "none"}",
                nameof(combination));
        }
    }

    private static (Tensor A, Tensor B) Pair(
        AdapterPair pair, List<AdapterSource> sources, AdapterCombination combination,
        Func<string, Tensor, int, Tensor> mask)
    {
        var factors = sources.ConvertAll(source => source.Weight * source.Scale(pair));
        var (a, b) = (sources.ConvertAll(source => source.Wide(pair.NameOfA)),
            sources.ConvertAll(source => source.Wide(pair.NameOfB)));
        if (combination.Kind == CombinationKind.Cat)
        {
            return (cat([.. a.Select((value, i) => value * factors[i])], 0), cat(b, 1));
        }

        if (combination.Kind == CombinationKind.Svd)
        {
            var sum = a.Select((value, i) => factors[i] * b[i].matmul(value)).Aggregate((x, y) => x + y);
            var (u, s, vh) = linalg.svd(sum, fullMatrices: false);
            var rank = Math.Min(combination.SvdRank ?? a.Max(value => (int)value.size(0)), (int)s.size(0));
            return (vh.narrow(0, 0, rank), u.narrow(1, 0, rank) * s.narrow(0, 0, rank));
        }

        var roots = factors.ConvertAll(factor => Math.Sqrt(Math.Abs(factor)));
        var signed = factors.ConvertAll(factor => Math.Sign(factor) * Math.Sqrt(Math.Abs(factor)));
        var mergedA = Sum(pair.NameOfA, a, signed, combination, mask);
        return (mergedA, Sum(pair.NameOfB, b, roots, combination, mask));
    }

    private static Tensor Sum(
        string name, List<Tensor> values, List<double> weights, AdapterCombination combination,
        Func<string, Tensor, int, Tensor> mask)
    {
        var density = combination.Density ?? 1;
        var kept = combination.Kind switch
        {
            CombinationKind.Ties or CombinationKind.MagnitudePrune =>
                values.ConvertAll(value => Largest(value, density)),
            CombinationKind.DareLinear or CombinationKind.DareTies =>
                [.. values.Select((value, i) => value * mask(name, value, i) / density)],
            _ => values,
        };
        if (combination.Kind is not (CombinationKind.Ties or CombinationKind.DareTies))
        {
            return kept.Select((value, i) => value * weights[i]).Aggregate((x, y) => x + y);
        }

        var all = stack(kept);
        var vote = combination.VoteByFrequency ? all.sign().sum(dim: 0) : all.sum(dim: 0);
        var majority = where(vote.ge(0), ones_like(vote), -ones_like(vote));
        var agrees = all.sign().eq(majority).to(ScalarType.Float64);
        var sum = kept.Select((value, i) => value * weights[i] * agrees[i]).Aggregate((x, y) => x + y);
        return sum / agrees.sum(dim: 0).clamp(min: 1);
    }

    private static Tensor Largest(Tensor value, double density)
    {
        var count = (int)(density * value.NumberOfElements);
        var flat = value.flatten();
        var index = flat.abs().topk(count).indexes;
        return zeros_like(flat).index_copy_(0, index, flat.index_select(0, index)).view(value.shape);
    }
}
