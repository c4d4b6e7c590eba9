using System.Text.Json;
using Pipeline.Llm.Preference;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Tests.Preference;

public sealed class PreferenceParityTests
{
    private static readonly Dictionary<string, (PreferenceLossKind Kind, double Smoothing)> Kinds = new()
    {
        ["sigmoid"] = (PreferenceLossKind.Sigmoid, 0),
        ["sigmoid_label_smoothing_0.1"] = (PreferenceLossKind.Sigmoid, 0.1),
        ["robust_0.1"] = (PreferenceLossKind.Robust, 0.1),
        ["hinge"] = (PreferenceLossKind.Hinge, 0),
        ["ipo"] = (PreferenceLossKind.Ipo, 0),
        ["ipo_unnormalised"] = (PreferenceLossKind.IpoUnnormalised, 0),
        ["sigmoid_norm"] = (PreferenceLossKind.SigmoidNorm, 0),
        ["apo_zero"] = (PreferenceLossKind.ApoZero, 0),
        ["nca_pair"] = (PreferenceLossKind.NcaPair, 0),
        ["sppo_hard"] = (PreferenceLossKind.SppoHard, 0),
    };

    [Fact]
    public void PerPair_EveryKind_EqualsTheReferenceWithGradients()
    {
        using var scope = NewDisposeScope();
        using var document = Open("losses/dpo.json");
        var inputs = document.RootElement.GetProperty("inputs");
        var compared = 0;
        foreach (var item in document.RootElement.GetProperty("cases").EnumerateObject())
        {
            var logs = new PreferenceLogProbs(
                Vector(inputs, "policy_chosen").requires_grad_(), Vector(inputs, "policy_rejected").requires_grad_(),
                Vector(inputs, "ref_chosen"), Vector(inputs, "ref_rejected"),
                Vector(inputs, "chosen_tokens"), Vector(inputs, "rejected_tokens"));
            if (item.Name.StartsWith("metrics", StringComparison.Ordinal))
            {
                var (accuracy, margin) = PreferenceLoss.Rewards(
                    logs, double.Parse(item.Name.Split('_')[1], System.Globalization.CultureInfo.InvariantCulture));
                accuracy.ShouldBe(item.Value.GetProperty("accuracy").GetDouble());
                margin.ShouldBe(item.Value.GetProperty("margin").GetDouble(), 1e-9);
            }
            else
            {
                var (kind, smoothing) = Kinds[item.Name.Split('/')[0]];
                var loss = PreferenceLoss.PerPair(kind, logs, item.Value.GetProperty("beta").GetDouble(), smoothing);
                Check(item, loss, ("policy_chosen", logs.PolicyChosen), ("policy_rejected", logs.PolicyRejected));
            }

            compared++;
        }

        Fixtures.Compared("losses/dpo", compared);
    }

    [Fact]
    public void Kto_EveryCase_EqualsTheReferenceWithGradients()
    {
        using var scope = NewDisposeScope();
        using var document = Open("losses/kto.json");
        var root = document.RootElement;
        var compared = 0;
        foreach (var item in root.GetProperty("cases").EnumerateObject())
        {
            var policy = Vector(root, "policy").requires_grad_();
            var desirable = tensor(root.GetProperty("label").EnumerateArray().Select(v => v.GetBoolean()).ToArray());
            var divergence = KtoLoss.Divergence(Vector(item.Value, "kl_policy"), Vector(item.Value, "kl_ref"));
            divergence.ShouldBe(item.Value.GetProperty("kl").GetDouble(), 1e-9);
            var loss = KtoLoss.PerExample(
                policy, Vector(root, "ref"), desirable, divergence, Number(item.Value, "beta"),
                Number(item.Value, "desirable_weight"), Number(item.Value, "undesirable_weight"));
            Check(item, loss, ("policy", policy));
            compared++;
        }

        Fixtures.Compared("losses/kto", compared);
    }

    [Fact]
    public void ReferenceFree_EveryCase_EqualsTheReferenceWithGradients()
    {
        using var scope = NewDisposeScope();
        using var document = Open("losses/orpo_simpo.json");
        var root = document.RootElement;
        var compared = 0;
        foreach (var family in new[] { "orpo", "simpo", "cpo" })
        {
            foreach (var item in root.GetProperty(family).EnumerateObject())
            {
                var chosen = Vector(root, "chosen_average_log_prob").requires_grad_();
                var rejected = Vector(root, "rejected_average_log_prob").requires_grad_();
                var loss = family switch
                {
                    "orpo" => ReferenceFreeLoss.OddsRatio(chosen, rejected, Suffix(item.Name)),
                    "simpo" =>
                        ReferenceFreeLoss.Margin(chosen, rejected, Number(item.Value, "beta"),
                            Number(item.Value, "gamma"), Number(item.Value, "label_smoothing")),
                    _ => ReferenceFreeLoss.Margin(chosen, rejected, Suffix(item.Name), 0),
                };
                var added = family == "orpo" ? Number(root, "chosen_nll") : 0;
                Check(item, loss, added, ("chosen", chosen), ("rejected", rejected));
                compared++;
            }
        }

        Fixtures.Compared("losses/orpo_simpo", compared);
    }

    [Fact]
    public void Reward_EveryCase_EqualsTheReferenceWithGradients()
    {
        using var scope = NewDisposeScope();
        using var document = Open("losses/reward.json");
        var root = document.RootElement;
        foreach (var name in new[] { "plain", "with_margin", "centred_0.01" })
        {
            var (chosen, rejected) =
                (Vector(root, "chosen").requires_grad_(), Vector(root, "rejected").requires_grad_());
            var loss = ReferenceFreeLoss.Reward(
                chosen, rejected, name == "with_margin" ? Vector(root, "margin") : null,
                name == "centred_0.01" ? 0.01 : 0);
            Check(root.EnumerateObject().Single(p => p.Name == name), loss, ("chosen", chosen), ("rejected", rejected));
        }

        Fixtures.Compared("losses/reward", 3);
    }

    private static void Check(JsonProperty item, Tensor perExample, params (string Name, Tensor Value)[] leaves) =>
        Check(item, perExample, 0, leaves);

    private static void Check(
        JsonProperty item, Tensor perExample, double added, params (string Name, Tensor Value)[] leaves)
    {
        Close(perExample, Vector(item.Value, "per_example"), item.Name);
        var loss = perExample.mean();
        loss.backward();
        var expected = Number(item.Value, "loss");
        (loss.ToDouble() + added).ShouldBe(expected, 1e-9 * Math.Max(1, Math.Abs(expected)), item.Name);
        foreach (var (name, value) in leaves)
        {
            Close(value.grad!, Vector(item.Value.GetProperty("grad"), name), $"{item.Name} {name}");
        }
    }

    private static void Close(Tensor actual, Tensor expected, string what) =>
        FixtureTensors.Gap(actual / expected.abs().clamp(min: 1), expected / expected.abs().clamp(min: 1))
            .ShouldBeLessThan(1e-9, what);

    private static JsonDocument Open(string path) => JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require(path)));

    private static Tensor Vector(JsonElement element, string name) =>
        tensor(element.GetProperty(name).EnumerateArray().Select(v => v.GetDouble()).ToArray());

    private static double Number(JsonElement element, string name) => element.GetProperty(name).GetDouble();

    private static double Suffix(string name) =>
        double.Parse(name[(name.LastIndexOf('_') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
}
