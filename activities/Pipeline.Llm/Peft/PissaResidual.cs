using Pipeline.Llm.Models;
using Pipeline.Llm.Modules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Llm.Peft;

/// <summary>
/// What PiSSA took out of the base: the largest singular triples of each weight, which became A and B.
/// </summary>
/// <remarks>
/// Source: arXiv 2404.02948. A₀ = √(S/s)·Vᵀ and B₀ = U·√(S/s) for the first r triples, base W − s·B₀·A₀.
/// </remarks>
internal sealed class PissaResidual
{
    private readonly Dictionary<string, (Tensor A, Tensor B, Parameter Weight)> _first = new(StringComparer.Ordinal);

    private PissaResidual()
    {
    }

    /// <summary>Fills A and B from the weights and leaves the rest in the base.</summary>
    public static PissaResidual Take(CausalLanguageModel model, IReadOnlyDictionary<string, ModuleAdapter> modules)
    {
        var residual = new PissaResidual();
        using var mode = no_grad();
        foreach (var (module, adapter) in modules)
        {
            if (adapter is not { A: { } a, B: { } b, IsEmbedding: false })
            {
                continue;
            }

            using var scope = NewDisposeScope();
            var slot = model.Slots[module];
            var weight = slot.Weight
                ?? throw new InvalidDataException($"PiSSA starts from dense weights; {module} is quantised");
            var wide = weight.to(ScalarType.Float64);
            var (u, s, vh) = linalg.svd(wide, fullMatrices: false);
            var root = (s.narrow(0, 0, a.size(0)) / adapter.Scaling).sqrt();
            var (first, second) = (root.unsqueeze(1) * vh.narrow(0, 0, a.size(0)), u.narrow(1, 0, a.size(0)) * root);
            a.copy_(first);
            b.copy_(second);
            // From the rounded A and B, so that the sum is the old weight up to one rounding.
            var rest = wide - b.to(ScalarType.Float64).matmul(a.to(ScalarType.Float64)) * adapter.Scaling;
            residual._first[module] =
                (a.detach().clone().DetachFromDisposeScope(), b.detach().clone().DetachFromDisposeScope(), weight);
            slot.Weight = new Parameter(rest.to(model.DType).DetachFromDisposeScope(), requires_grad: false);
        }

        return residual;
    }

    /// <summary>The same update as an ordinary adapter of twice the rank: s·(B·A − B₀·A₀).</summary>
    public (LoraConfig Config, IEnumerable<(string Name, Tensor Value)> Tensors) Convert(
        LoraConfig config, IEnumerable<(string Name, Tensor Value)> tensors)
    {
        // α/(2r) with 2α, or α/√(2r) with √2·α, is the old scale.
        var factor = config.UseRsLora ? Math.Sqrt(2) : 2;
        var converted = config with
        {
            Init = LoraInit.Default,
            Rank = 2 * config.Rank,
            Alpha = factor * config.Alpha,
            RankPattern = [.. config.RankPattern.Select(pair => KeyValuePair.Create(pair.Key, 2 * pair.Value))],
            AlphaPattern = [.. config.AlphaPattern.Select(pair => KeyValuePair.Create(pair.Key, factor * pair.Value))],
        };
        return (converted, [.. tensors.Select(pair => (pair.Name, Joined(pair.Name, pair.Value)))]);
    }

    /// <summary>Gives the base its weights back.</summary>
    public void Restore(CausalLanguageModel model)
    {
        foreach (var (module, (a, b, weight)) in _first)
        {
            model.Slots[module].Weight?.Dispose();
            model.Slots[module].Weight = weight;
            a.Dispose();
            b.Dispose();
        }
    }

    private Tensor Joined(string name, Tensor value)
    {
        var module = name[..name.LastIndexOf(".lora_", StringComparison.Ordinal)];
        var first = _first[module];
        return name.EndsWith(".lora_A.weight", StringComparison.Ordinal) ? cat([value.detach(), first.A], 0)
            : name.EndsWith(".lora_B.weight", StringComparison.Ordinal) ? cat([value.detach(), -first.B], 1)
            : value;
    }
}
