using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Configuration;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Kernels;
using Pipeline.Llm.Modules;
using Pipeline.Llm.Quantization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Llm.Models;

/// <summary>A decoder-only language model in memory. One thread uses it at a time.</summary>
public sealed class CausalLanguageModel : IDisposable
{
    private readonly WeightFiles _files;
    private readonly EmbeddingLayer _embedding;
    private readonly List<DecoderLayer> _layers = [];
    private readonly RmsNormLayer _norm;
    private readonly LinearLayer _head;
    private string? _fingerprint;

    private CausalLanguageModel(
        ModelConfig config, WeightFiles files, ModelBuilder builder, ScalarType type, DevicePlacement placement)
    {
        (Config, _files, DType, Placement) = (config, files, type, placement);
        _embedding = builder.Embedding();
        for (var layer = 0; layer < config.LayerCount; layer++)
        {
            _layers.Add(builder.Layer(layer));
        }

        _norm = builder.Norm("model.norm");
        _head = builder.Head();
        Slots = builder.Slots;
    }

    /// <summary>What <c>config.json</c> says.</summary>
    public ModelConfig Config { get; }

    /// <summary>The directory that the model was loaded from.</summary>
    public string SourceDirectory => _files.Directory;

    /// <summary>Element type of states; weights have it too unless they are quantised.</summary>
    public ScalarType DType { get; }

    /// <summary>Where the model takes ids and gives states and logits.</summary>
    public Device Device => Placement.Main;

    /// <summary>Which device holds which part.</summary>
    public DevicePlacement Placement { get; }

    /// <summary>Changes the scaled embeddings [b, s, d] before the first layer, such as by adding noise.</summary>
    /// <value>Null: nothing.</value>
    public Func<Tensor, Tensor>? EmbeddingHook { get; set; }

    /// <summary>Runs one decoder layer on its input [b, s, d]; a trainer recomputes activations through it.</summary>
    /// <value>Null: the layer is called.</value>
    public Func<Func<Tensor, Tensor>, Tensor, Tensor>? LayerRunner { get; set; }

    /// <summary>
    /// Every base parameter by checkpoint name; a quantised weight is not among them, a tied head counts once.
    /// </summary>
    public IEnumerable<(string Name, Parameter Value)> Parameters
    {
        get
        {
            foreach (var slot in Slots.Values.Where(slot => !IsTiedHead(slot)))
            {
                if (slot.Weight is { } weight)
                {
                    yield return (slot.Name + ".weight", weight);
                }

                if (slot.Bias is { } bias)
                {
                    yield return (slot.Name + ".bias", bias);
                }
            }
        }
    }

    /// <summary>Bytes of all base weights in memory.</summary>
    public long WeightBytes =>
        Parameters.Sum(p => p.Value.NumberOfElements * p.Value.ElementSize)
            + Slots.Values.Sum(slot => slot.Quantized?.Bytes ?? 0);

    /// <summary>Identity of the base weights, kept in the adapters trained on them.</summary>
    public string Fingerprint => _fingerprint ??= WeightFingerprint.Of(_files);

    /// <summary>Modules by path.</summary>
    internal Dictionary<string, ModuleSlot> Slots { get; }

    /// <summary>Adapters by name.</summary>
    internal Dictionary<string, AdapterSwitch> Adapters { get; } = new(StringComparer.Ordinal);

    /// <summary>Loads a model directory; nothing of it is ever executed.</summary>
    /// <param name="directory">A directory in Hugging Face layout: <c>config.json</c> and safetensors.</param>
    /// <param name="options">How to load; null for the defaults.</param>
    /// <returns>The model, frozen.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, asks for something unsupported, or the weights do not
    /// fit.</exception>
    public static CausalLanguageModel Load(string directory, ModelLoadOptions? options = null)
    {
        options ??= new();
        var config = ModelConfigReader.Read(directory);
        foreach (var warning in config.Warnings)
        {
            options.Log?.Invoke(warning);
        }

        // Not inside the call below: without a log it would not be made, and the number not set.
        var threads = CpuThreads.Choose(options.Threads).Reason;
        options.Log?.Invoke(threads);
        var device = options.Rooms is [var fastest, ..] ? fastest.Device : options.Device ?? CPU;
        var type = options.DType ?? (device.type == DeviceType.CUDA ? ScalarType.BFloat16 : ScalarType.Float32);
        var origin = options.DType is null ? $"default of {device.type}" : "asked for";
        options.Log?.Invoke(
            $"device {device}, element type {type} ({origin}; stored {config.DType ?? "as the files say"}), kernels "
                + $"{TorchExtras.Current.Name}");
        var placement = Place(config, options, type, device);
        var files = WeightFiles.Open(directory);
        try
        {
            var tensors = WeightLoader.Load(files, config, type, placement, options.Log);
            var model = new CausalLanguageModel(config, files, new ModelBuilder(config, tensors), type, placement);
            WeightQuantizer.Apply(model, options.Quantization, files);
            return model;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    private static DevicePlacement Place(ModelConfig config, ModelLoadOptions options, ScalarType type, Device device)
    {
        if (options.Rooms is null)
        {
            return DevicePlacement.Single(device, config);
        }

        var placement = DevicePlacement.Automatic(
            config, options.Rooms, type == ScalarType.Float32 ? 4 : type == ScalarType.Float64 ? 8 : 2);
        options.Log?.Invoke(placement.ToString());
        return placement;
    }

    /// <summary>Runs the decoder.</summary>
    /// <param name="input">Ids and layout.</param>
    /// <returns>States after the final norm [b, s, d]; those of padding mean nothing.</returns>
    /// <exception cref="ArgumentException">The input's parts do not fit each other.</exception>
    public Tensor Hidden(ModelInput input)
    {
        using var scope = NewDisposeScope();
        var context = ForwardPlan.Make(this, input);
        var contexts = Placement.IsSplit ? Placement.Layers.Select(context.On).ToList() : null;
        if (LayerRunner is not null)
        {
            // A layer may run again in the backward pass, after this scope has ended.
            context.MoveToOuterDisposeScope();
            contexts?.ForEach(moved => moved.MoveToOuterDisposeScope());
        }

        var states = _embedding.Forward(input.InputIds.to(Device), context.Route);
        states = EmbeddingHook?.Invoke(states) ?? states;
        for (var i = 0; i < _layers.Count; i++)
        {
            var (layer, shared) = (_layers[i], contexts?[i] ?? context);
            // What the backward pass does not need goes at the end of its layer.
            using var within = NewDisposeScope();
            states = contexts is null ? states : states.to(Placement.Layers[i]);
            states = LayerRunner is { } run
                ? run(x => layer.Forward(x, shared), states) : layer.Forward(states, shared);
            states = states.MoveToOuterDisposeScope();
        }

        return _norm.Forward(contexts is null ? states : states.to(Device), context.Route).MoveToOuterDisposeScope();
    }

    /// <summary>The head: logits of states, soft cap included.</summary>
    /// <param name="hidden">States [..., d].</param>
    /// <returns>Logits [..., v].</returns>
    public Tensor Logits(Tensor hidden) => Logits(hidden, AdapterRoute.Everything);

    /// <summary>The head for a batch that names adapters by row.</summary>
    /// <param name="hidden">States [b, ..., d].</param>
    /// <param name="adapterPerRow">Adapter of each row of the first dimension, null entries for the base.</param>
    /// <param name="rows">Updates that lie outside the model and act as well, one for each row; null for none.</param>
    /// <returns>Logits [b, ..., v].</returns>
    public Tensor Logits(Tensor hidden, IReadOnlyList<string?> adapterPerRow, IRowAdapters? rows = null)
    {
        CheckAdapters(adapterPerRow, (int)hidden.size(0));
        return Logits(hidden, AdapterRoute.Of(adapterPerRow, [.. adapterPerRow.Select(_ => 1)], 0, Device).With(rows));
    }

    /// <summary>The head for a batch whose adapters lie outside the model.</summary>
    /// <param name="hidden">States [b, ..., d].</param>
    /// <param name="rows">Updates, one for each row of the first dimension.</param>
    /// <returns>Logits [b, ..., v].</returns>
    public Tensor Logits(Tensor hidden, IRowAdapters rows) => Logits(hidden, AdapterRoute.Nothing.With(rows));

    /// <summary>Cross-entropy of target tokens under the head, without keeping all logits.</summary>
    /// <param name="hidden">States of the rows that count [n, d].</param>
    /// <param name="targets">Target ids [n], int64.</param>
    /// <param name="labelSmoothing">Share of the target spread over the vocabulary.</param>
    /// <returns>Loss in nats, correctness and entropy of each row.</returns>
    public TokenLoss TokenLoss(Tensor hidden, Tensor targets, double labelSmoothing = 0)
    {
        using var scope = NewDisposeScope();
        var plain = _head.Slot.Quantized is null && !_head.Slot.Adapters.Exists(adapter => adapter.Owner.Enabled);
        var loss = plain
            ? TorchExtras.Current.CrossEntropy(
                hidden, _head.Slot.DenseWeight(), targets, Config.FinalSoftCap, labelSmoothing)
            : ComposedCrossEntropy.Run(rows => _head.Forward(rows, AdapterRoute.Everything), Config.VocabularySize,
                hidden, targets, Config.FinalSoftCap, labelSmoothing);
        return new(loss.Loss.MoveToOuterDisposeScope(), loss.Correct.MoveToOuterDisposeScope(),
            loss.Entropy.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var slot in Slots.Values)
        {
            slot.Quantized?.Dispose();
            slot.Bias?.Dispose();
            if (!IsTiedHead(slot))
            {
                slot.Weight?.Dispose();
            }

            slot.Adapters.SelectMany(adapter => adapter.All).ToList().ForEach(parameter => parameter.Dispose());
        }

        _files.Dispose();
    }

    /// <summary>Throws unless every named adapter is loaded.</summary>
    internal void CheckAdapters(IReadOnlyList<string?> names, int rows)
    {
        if (names.Count != rows)
        {
            throw new ArgumentException($"AdapterPerRow names {names.Count} rows, the batch has {rows}", nameof(names));
        }

        if (names.FirstOrDefault(name => name is not null && !Adapters.ContainsKey(name)) is { } unknown)
        {
            throw new ArgumentException(
                $"adapter '{unknown}' is not loaded; loaded are [{string.Join(", ", Adapters.Keys)}]", nameof(names));
        }
    }

    private Tensor Logits(Tensor hidden, AdapterRoute route)
    {
        using var scope = NewDisposeScope();
        var logits = _head.Forward(hidden, route);
        return (Config.FinalSoftCap is { } cap ? (logits / cap).tanh() * cap : logits).MoveToOuterDisposeScope();
    }

    private bool IsTiedHead(ModuleSlot slot) =>
        slot.Name == ModelShapes.Head && ReferenceEquals(slot.Weight, Slots[ModelShapes.Embedding].Weight);
}
