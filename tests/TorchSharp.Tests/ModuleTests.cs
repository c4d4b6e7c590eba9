using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

public sealed class ModuleTests
{
    [Fact]
    public void StateDict_ComponentNames_NameTheKeys()
    {
        using var block = new Block();
        block.state_dict().Keys.ShouldBe(
            ["q_proj.weight", "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "scale", "table"],
            ignoreOrder: true);
        block.named_modules().Select(m => m.name)
            .ShouldBe(["q_proj", "layers", "layers.0", "layers.1", "drop"], ignoreOrder: true);
        block.has_parameter("layers.1.bias").ShouldBeTrue();
    }

    [Fact]
    public void LoadStateDict_MissingKey_ThrowsWhenStrict()
    {
        using var block = new Block();
        var state = block.state_dict().Where(kv => kv.Key != "scale").ToDictionary();
        Should.Throw<InvalidOperationException>(() => block.load_state_dict(state));
        block.load_state_dict(state, strict: false).missing_keys.ShouldBe(["scale"]);
    }

    [Fact]
    public void To_BFloat16_ReplacesTheParameterObjectAndLeavesIntegers()
    {
        using var block = new Block();
        var before = block.Scale;
        block.to(ScalarType.BFloat16).ShouldBeSameAs(block);
        block.Scale.ShouldNotBeSameAs(before);
        before.IsInvalid.ShouldBeTrue();
        block.Scale.dtype.ShouldBe(ScalarType.BFloat16);
        block.get_parameter("q_proj.weight")!.dtype.ShouldBe(ScalarType.BFloat16);
        block.get_buffer("table")!.dtype.ShouldBe(ScalarType.Int64);
        Should.Throw<ArgumentException>(() => block.to(ScalarType.Int32));
    }

    [Fact]
    public void Eval_Dropout_IsTheIdentity()
    {
        using var scope = NewDisposeScope();
        using var block = new Block();
        block.eval();
        block.training.ShouldBeFalse();
        var x = randn(2L, 4L);
        block.call(x).allclose(block.call(x)).ShouldBeTrue();
    }

    [Fact]
    public void AdamW_ThreeSteps_FollowsTheFormula()
    {
        using var scope = NewDisposeScope();
        using var weight = nn.Parameter(tensor(new[] { 1.0, -2.0 }));
        using var optimizer = optim.AdamW([weight], lr: 0.1, weight_decay: 0.01);
        double[] w = [1, -2];
        double[] m = [0, 0];
        double[] v = [0, 0];
        for (var t = 1; t <= 3; t++)
        {
            optimizer.zero_grad();
            weight.pow(2).sum().backward();
            optimizer.step();
            for (var i = 0; i < 2; i++)
            {
                var g = 2 * w[i];
                w[i] *= 1 - (0.1 * 0.01);
                m[i] = (m[i] * 0.9) + (g * 0.1);
                v[i] = (v[i] * 0.999) + (g * g * 0.001);
                w[i] -= 0.1 / (1 - Math.Pow(0.9, t)) * m[i]
                    / ((Math.Sqrt(v[i]) / Math.Sqrt(1 - Math.Pow(0.999, t))) + 1e-8);
            }

            weight.data<double>().ToArray().ShouldBe(w, 1e-12);
        }
    }

    [Fact]
    public void Grad_OfAFunction_EqualsItsDerivative()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f, 3f }, requires_grad: true);
        autograd.grad([x.pow(3).sum()], [x])[0].data<float>().ToArray().ShouldBe([3, 12, 27], 1e-5f);
        nn.utils.clip_grad_norm_([], 1).ShouldBe(0);
    }

    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "q_proj")]
        private readonly Linear _qProj = nn.Linear(4, 4, hasBias: false);

        [ComponentName(Name = "layers")]
        private readonly ModuleList<Linear> _layers = nn.ModuleList(nn.Linear(4, 4), nn.Linear(4, 4));

        [ComponentName(Name = "drop")]
        private readonly Dropout _drop = nn.Dropout(0.5);

        [ComponentName(Name = "scale")]
        private readonly Parameter _scale = nn.Parameter(ones(4L));

        [ComponentName(Name = "table")]
        private readonly Tensor _table = arange(4);

        public Block()
            : base(nameof(Block)) => RegisterComponents();

        public Parameter Scale => _scale;

        public override Tensor forward(Tensor input) =>
            _layers.Aggregate(_drop.call(_qProj.call(input)), (x, layer) => layer.call(x)) * _scale;
    }
}
