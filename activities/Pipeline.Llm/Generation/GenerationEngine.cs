using System.Collections.Concurrent;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Generation;

/// <summary>
/// Continuous batching on one thread: sequences join and leave between two steps, prompts are processed in pieces
/// beside the decoding of others, keys and values lie in pages, and every row has its own adapter.
/// </summary>
/// <remarks>
/// <b>Source:</b> iteration-level scheduling of Orca (OSDI 2022), paged attention of arXiv 2309.06180.
/// </remarks>
public sealed partial class GenerationEngine : IGenerationEngine
{
    private const long DefaultCacheBytes = 1L << 30;

    private readonly CausalLanguageModel _model;
    private readonly GenerationOptions _options;
    private readonly IAdapterHost _adapters;
    private readonly AdapterUses _uses = new();
    private readonly KeyValuePages _pages;
    private readonly PrefixCache _prefixes;
    private readonly BatchRunner _runner;
    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly ConcurrentQueue<SequenceState> _incoming = new();
    private readonly Queue<SequenceState> _waiting = new();
    private readonly List<SequenceState> _running = [];
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly Thread _thread;
    private volatile bool _stopping;
    private volatile GenerationStatus _status = new(0, 0, 0, 0, 0, 0);
    private long _prefixHits;

    /// <summary>Starts an engine.</summary>
    /// <param name="model">The base model; the engine's thread is its only user from now on, and the caller disposes it
    /// after the engine.</param>
    /// <param name="options">Sizes; null takes the defaults.</param>
    public GenerationEngine(CausalLanguageModel model, GenerationOptions? options = null)
    {
        (_model, _options) = (model, options ?? new GenerationOptions());
        ContextLength = _options.ContextLength > 0
            ? Math.Min(_options.ContextLength, model.Config.MaxPositions) : model.Config.MaxPositions;
        // Read once here: the bank compares it on other threads.
        _ = model.Fingerprint;
        _adapters = model.Device.type == DeviceType.CPU && model.DType == ScalarType.Float32
            ? new MixedAdapterHost(model, _options.AdapterWeights) : new ModuleAdapterHost(model);
        _pages = new KeyValuePages(model, CacheTokens(model));
        _prefixes = new PrefixCache(_pages);
        _runner = new BatchRunner(model, _adapters, _pages);
        _thread = new Thread(Loop) { IsBackground = true, Name = "generation" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public int ContextLength { get; }

    /// <inheritdoc/>
    public int VocabularySize => _model.Config.VocabularySize;

    /// <inheritdoc/>
    public int MaxBatch => _options.MaxBatch;

    /// <inheritdoc/>
    public int EmbeddingSize => _model.Config.HiddenSize;

    /// <inheritdoc/>
    public GenerationStream Submit(GenerationRequest request) => Enqueue(request, pool: null).Stream;

    /// <inheritdoc/>
    public async Task<float[]> EmbedAsync(
        IReadOnlyList<int> tokens, string? adapter = null, CancellationToken cancellation = default)
    {
        // Tokens of a text that was seen before would be missing from the mean, so it has no scope in the prefix cache.
        var sums = new double[EmbeddingSize];
        var stream = Enqueue(
            new GenerationRequest
            {
                Prompt = tokens,
                Adapter = adapter,
                Sampling = new SamplingOptions { MaxTokens = 0 }
            }, sums).Stream;
        try
        {
            await foreach (var token in stream.ReadAllAsync(cancellation))
            {
                throw new InvalidOperationException($"an embedding gave out token {token.Id}");
            }
        }
        finally
        {
            stream.Cancel();
        }

        var length = Math.Sqrt(sums.Sum(value => value * value));
        return length > 0 && double.IsFinite(length)
            ? Array.ConvertAll(sums, value => (float)(value / length))
            : throw new GenerationException("the model gave an embedding that is zero or not finite");
    }

    /// <inheritdoc/>
    public async Task LoadAdapterAsync(string name, AdapterContent content, CancellationToken cancellation = default)
    {
        if (_adapters.Contains(name))
        {
            return;
        }

        var (attach, changesModel) = await Task.Run(() => _adapters.Prepare(name, content), cancellation);
        if (changesModel)
        {
            await OnThreadAsync(attach).WaitAsync(cancellation);
            return;
        }

        attach();
    }

    /// <inheritdoc/>
    public async Task UnloadAdapterAsync(string name)
    {
        var forget = OnThreadAsync(
            () => _prefixes.ForgetScopes(scope => scope.StartsWith(name + "\n", StringComparison.Ordinal)));
        if (!_adapters.IsAttached(name) && _uses.TryRetire(name, _adapters.Unload))
        {
            // What the prefix cache still holds of it stays right, so nobody has to wait.
            return;
        }

        await forget;
        await OnThreadAsync(() =>
        {
            // Sequences that were cancelled and not dropped yet do not count.
            DropCancelled();
            if (!_uses.TryRetire(name, _adapters.Unload))
            {
                throw new GenerationException($"adapter '{name}' is in use");
            }
        });
    }

    /// <inheritdoc/>
    public GenerationStatus Status() => _status with { Adapters = _adapters.Count };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_stopping)
        {
            _stopping = true;
            _wake.Set();
            await Task.Run(_thread.Join);
            _adapters.Dispose();
            _pages.Dispose();
            _wake.Dispose();
        }
    }

    private SequenceState Enqueue(GenerationRequest request, double[]? pool)
    {
        if (request.Prompt.Count == 0 || request.Prompt.Count >= ContextLength)
        {
            throw new ArgumentException(
                $"the prompt has {request.Prompt.Count} tokens; 1 to {ContextLength - 1} fit the context",
                nameof(request));
        }

        var outside = request.Prompt.Where(id => id < 0 || id >= VocabularySize).Take(1).ToList();
        if (outside.Count > 0)
        {
            throw new ArgumentException(
                $"token {outside[0]} is outside the vocabulary of {VocabularySize}", nameof(request));
        }

        if (_stopping)
        {
            throw new GenerationException("the engine has stopped");
        }

        var sequence = new SequenceState(request, ContextLength) { Pool = pool };
        if (request.Adapter is { } adapter && !_uses.TryUse(adapter, _adapters.Contains))
        {
            throw new GenerationException($"adapter '{adapter}' is not loaded");
        }

        _incoming.Enqueue(sequence);
        _wake.Set();
        return sequence;
    }

    private long CacheTokens(CausalLanguageModel model)
    {
        var config = model.Config;
        using var one = zeros([1], model.DType);
        var bytes = 2L * config.LayerCount * config.KeyValueHeadCount * config.HeadDimension * one.ElementSize;
        var full = (long)_options.MaxBatch * ContextLength;
        return _options.CacheTokens > 0 ? Math.Max(_options.CacheTokens, ContextLength)
            : Math.Max(ContextLength, Math.Min(full, DefaultCacheBytes / bytes));
    }

    private Task OnThreadAsync(Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _commands.Enqueue(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        _wake.Set();
        return done.Task;
    }

    private void Loop()
    {
        while (!_stopping)
        {
            while (_commands.TryDequeue(out var command))
            {
                command();
            }

            DropCancelled();
            Admit();
            _status = new GenerationStatus(
                _running.Count, _waiting.Count, 0, (long)_pages.InUse * KeyValuePages.PageSize, _pages.Bytes,
                Interlocked.Read(ref _prefixHits));
            if (_running.Count == 0)
            {
                _wake.WaitOne();
                continue;
            }

            Step(Prefills());
            Step([.. _running.Where(sequence => sequence.Decodes).Select(sequence => (sequence, 1))]);
        }

        foreach (var sequence in _running.Concat(_waiting).Concat(_incoming))
        {
            sequence.Stream.Fail(new GenerationException("the engine has stopped"));
        }
    }
}
