using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using static TorchSharp.torch;

namespace Pipeline.Llm.Generation;

/// <summary>
/// Low-rank adapters in a bank beside the model, all others attached to its modules; one batch may mix both.
/// </summary>
/// <param name="model">The base model, float32 on the CPU.</param>
/// <param name="type">How the weights in the bank are kept.</param>
internal sealed class MixedAdapterHost(CausalLanguageModel model, AdapterWeights type) : IAdapterHost
{
    private readonly AdapterBank _bank = new(model, type);
    private readonly ModuleAdapterHost _attached = new(model);

    public int Count => _bank.Count + _attached.Count;

    public bool IsAttached(string name) => _attached.Contains(name);

    public bool Contains(string name) => _bank.Contains(name) || _attached.Contains(name);

    public (Action Attach, bool ChangesModel) Prepare(string name, AdapterContent content)
    {
        IAdapterHost host = BankedAdapter.Obstacle(model, LoraConfigJson.Read(content)) is null ? _bank : _attached;
        return host.Prepare(name, content);
    }

    public void Unload(string name)
    {
        _bank.Unload(name);
        _attached.Unload(name);
    }

    public Tensor Hidden(CausalLanguageModel model, ModelInput input, IReadOnlyList<string?> adapters) =>
        _attached.Count == 0
        ? _bank.Hidden(model, input, adapters)
        : model.Hidden(input with { AdapterPerRow = Attached(adapters), RowAdapters = Banked(adapters) });

    public Tensor Logits(CausalLanguageModel model, Tensor hidden, IReadOnlyList<string?> adapters) =>
        _attached.Count == 0
        ? _bank.Logits(model, hidden, adapters)
        : model.Logits(hidden, Attached(adapters), Banked(adapters));

    public void Dispose()
    {
        _attached.Dispose();
        _bank.Dispose();
    }

    private List<string?> Attached(IReadOnlyList<string?> adapters) =>
        [.. adapters.Select(name => name is not null && _attached.Contains(name) ? name : null)];

    private IRowAdapters Banked(IReadOnlyList<string?> adapters) =>
        _bank.Of([.. adapters.Select(name => name is not null && _attached.Contains(name) ? null : name)]);
}
