using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using Pipeline.Llm.Modules;
using Pipeline.Llm.Quantization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Llm.Peft;

/// <summary>A LoRA-family adapter on a model: trainable, switchable, mergeable, and stored as PEFT stores it.</summary>
public sealed class LoraAdapter
{
    private readonly CausalLanguageModel _model;
    private readonly AdapterSwitch _switch;
    private readonly Dictionary<string, ModuleAdapter> _modules;
    private readonly PissaResidual? _residual;
    private readonly List<(ModuleSlot Slot, Parameter? Weight, Parameter? Bias,
        IQuantizedWeight? Quantized)> _unmerged = [];

    private LoraAdapter(
        CausalLanguageModel model, LoraConfig config, string name, IReadOnlyList<(string Name, long[] Shape)> shapes,
        Dictionary<string, Tensor> tensors)
    {
        (_model, Config, _switch) = (model, config, new(name, config.Dropout));
        var attachment = new AdapterAttachment(model, config, _switch);
        Parameters =
            [.. shapes.Select(
                shape => (AdapterShapes.Prefix + shape.Name, attachment.Attach(shape.Name, tensors[shape.Name])))];
        _modules = attachment.Modules;
        model.Adapters.Add(name, _switch);
    }

    private LoraAdapter(
        CausalLanguageModel model, LoraConfig config, string name, IReadOnlyList<(string Name, long[] Shape)> shapes,
        Dictionary<string, Tensor> tensors, bool principal)
        : this(model, config, name, shapes, tensors) =>
        _residual = principal ? PissaResidual.Take(model, _modules) : null;

    /// <summary>What <c>adapter_config.json</c> says.</summary>
    public LoraConfig Config { get; }

    /// <summary>Name under which batches ask for it.</summary>
    public string Name => _switch.Name;

    /// <summary>Trainable tensors by their names in PEFT files, in a fixed order.</summary>
    public IReadOnlyList<(string Name, Parameter Value)> Parameters { get; }

    /// <summary>Whether it acts on batches that name no adapters.</summary>
    /// <value>True.</value>
    public bool Enabled
    {
        get => _switch.Enabled;
        set => _switch.Enabled = value;
    }

    /// <summary>Whether its dropout acts.</summary>
    /// <value>False.</value>
    public bool Training
    {
        get => _switch.Training;
        set => _switch.Training = value;
    }

    /// <summary>Source of dropout masks.</summary>
    /// <value>Null: the default generator.</value>
    public Generator? DropoutGenerator
    {
        get => _switch.Generator;
        set => _switch.Generator = value;
    }

    /// <summary>Whether the base weights contain it now.</summary>
    public bool IsMerged => _unmerged.Count > 0;

    /// <summary>Adds a new adapter to a model.</summary>
    /// <param name="model">A model without an adapter of that name.</param>
    /// <param name="config">What to make.</param>
    /// <param name="seed">Decides every random first value.</param>
    /// <param name="name">Name of the adapter.</param>
    /// <returns>The adapter, enabled and trainable; it changes no output yet (with PiSSA: only by rounding).</returns>
    /// <exception cref="InvalidDataException">The configuration cannot work on this model; all problems are
    /// listed.</exception>
    public static LoraAdapter Create(CausalLanguageModel model, LoraConfig config, long seed, string name = "default")
    {
        if (LoraConfigValidator.Errors(config).ToList() is { Count: > 0 } errors)
        {
            throw new InvalidDataException($"adapter '{name}': {string.Join("; ", errors)}");
        }

        CheckName(model, name);
        var shapes = Shapes(model, config);
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var generator = new Generator((ulong)seed);
        var tensors = new AdapterInitializer(model, config, ParameterType(model), generator).Make(shapes);
        return new(model, config, name, shapes, tensors, principal: config.Init == LoraInit.Pissa);
    }

    /// <summary>Loads an adapter directory in PEFT's layout.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="directory">A directory with <c>adapter_config.json</c> and
    /// <c>adapter_model.safetensors</c>.</param>
    /// <param name="name">Name of the adapter.</param>
    /// <returns>The adapter, enabled; training may continue from it.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">The files do not fit the base or each other; the first five differences
    /// are listed.</exception>
    public static LoraAdapter Load(CausalLanguageModel model, string directory, string name = "default")
    {
        CheckName(model, name);
        var config = LoraConfigJson.Read(directory);
        var shapes = Shapes(model, config);
        var tensors = AdapterFile.Read(directory, shapes, ParameterType(model), model.Fingerprint);
        return new(model, config, name, shapes, OnDevice(tensors, model));
    }

    /// <summary>
    /// Reads and checks an adapter without touching the model, so that another thread may be using it.
    /// </summary>
    /// <returns>Puts it on the model: quick, and for the thread that uses the model.</returns>
    /// <exception cref="InvalidDataException">The files do not fit the base or each other; the first five differences
    /// are listed.</exception>
    internal static Func<LoraAdapter> Prepare(CausalLanguageModel model, AdapterContent content, string name)
    {
        var config = LoraConfigJson.Read(content);
        var shapes = Shapes(model, config);
        using var file = SafeTensorsFile.Over(content.Weights, Path.Combine(content.Directory, AdapterFile.FileName));
        var tensors = OnDevice(AdapterFile.Read(file, shapes, ParameterType(model), model.Fingerprint), model);
        return () =>
        {
            CheckName(model, name);
            return new(model, config, name, shapes, tensors);
        };
    }

    /// <summary>
    /// Writes the adapter as PEFT does; a PiSSA adapter is written as an ordinary one of twice the rank for the
    /// unchanged base.
    /// </summary>
    /// <param name="directory">A directory; made if it is missing.</param>
    public void Save(string directory)
    {
        Directory.CreateDirectory(directory);
        var tensors = Parameters.Select(p => (p.Name[AdapterShapes.Prefix.Length..], (Tensor)p.Value));
        using var scope = NewDisposeScope();
        var (config, written) = _residual?.Convert(Config, tensors) ?? (Config, tensors);
        LoraConfigJson.Write(directory,
            config with { BaseModel = config.BaseModel ?? Path.GetFileName(Path.GetFullPath(_model.SourceDirectory)) });
        AdapterFile.Write(directory, written, _model.Fingerprint);
    }

    /// <summary>
    /// Folds the adapter into the base weights (restored ones where they are quantised), in float64 with one rounding.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is merged already, or has a bias on B where the base has
    /// none.</exception>
    public void Merge()
    {
        if (IsMerged)
        {
            throw new InvalidOperationException($"adapter '{Name}' is merged already");
        }

        var merged = _modules.Select(pair => (Slot: _model.Slots[pair.Key], Adapter: pair.Value)).Select(pair => (
            pair.Slot, pair.Adapter,
            Weight: MergedModule.Weight(pair.Slot, pair.Adapter, _model.DType),
            Bias: MergedModule.Bias(pair.Slot, pair.Adapter, _model.DType))).ToList();
        foreach (var (slot, adapter, weight, bias) in merged)
        {
            _unmerged.Add((slot, slot.Weight, slot.Bias, slot.Quantized));
            (slot.Weight, slot.Quantized) = weight is null ? (slot.Weight, slot.Quantized) : (Kept(weight), null);
            slot.Bias = bias is null ? slot.Bias : Kept(bias);
            slot.Adapters.Remove(adapter);
        }
    }

    /// <summary>Puts the base weights back exactly as they were.</summary>
    /// <exception cref="InvalidOperationException">It is not merged.</exception>
    public void Unmerge()
    {
        if (!IsMerged)
        {
            throw new InvalidOperationException($"adapter '{Name}' is not merged");
        }

        foreach (var (slot, weight, bias, quantized) in _unmerged)
        {
            Replaced(slot.Weight, weight);
            Replaced(slot.Bias, bias);
            (slot.Weight, slot.Bias, slot.Quantized) = (weight, bias, quantized);
            slot.Adapters.Add(_modules[slot.Name]);
        }

        _unmerged.Clear();
    }

    /// <summary>
    /// Takes the adapter off the model and frees it; a merged one is unmerged first, a PiSSA base gets its first
    /// weights back.
    /// </summary>
    public void Remove()
    {
        if (IsMerged)
        {
            Unmerge();
        }

        foreach (var (module, adapter) in _modules)
        {
            _model.Slots[module].Adapters.Remove(adapter);
            adapter.BaseSquares?.Dispose();
            adapter.TokenSlots?.Dispose();
        }

        _residual?.Restore(_model);
        _model.Adapters.Remove(Name);
        foreach (var (_, parameter) in Parameters)
        {
            parameter.Dispose();
        }
    }

    private static Dictionary<string, Tensor> OnDevice(Dictionary<string, Tensor> tensors, CausalLanguageModel model)
    {
        foreach (var (key, value) in tensors.ToList())
        {
            tensors[key] = value.to(model.Placement.Of(key)).DetachFromDisposeScope();
        }

        return tensors;
    }

    private static Parameter Kept(Tensor tensor) => new(tensor.DetachFromDisposeScope(), requires_grad: false);

    private static void Replaced(Parameter? current, Parameter? original)
    {
        if (!ReferenceEquals(current, original))
        {
            current?.Dispose();
        }
    }

    private static ScalarType ParameterType(CausalLanguageModel model) =>
        model.DType == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    private static List<(string Name, long[] Shape)> Shapes(CausalLanguageModel model, LoraConfig config)
    {
        if (config.TrainableTokenIndices.FirstOrDefault(id => id < 0 || id >= model.Config.VocabularySize, -1)
            is var bad and >= 0)
        {
            throw new InvalidDataException(
                $"trainable_token_indices holds {bad}, the vocabulary has {model.Config.VocabularySize} entries");
        }

        return [.. AdapterShapes.Trainable(config, model.Config)];
    }

    private static void CheckName(CausalLanguageModel model, string name)
    {
        if (model.Adapters.ContainsKey(name))
        {
            throw new InvalidOperationException($"the model has an adapter '{name}' already");
        }
    }
}
