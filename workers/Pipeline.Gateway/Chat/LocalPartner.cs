using System.Runtime.CompilerServices;
using Pipeline.Data.Formats;
using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Text;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;

namespace Pipeline.Gateway.Chat;

/// <summary>A model in this process.</summary>
internal sealed class LocalPartner : IChatPartner
{
    private const string Adapter = "chat";

    private readonly CausalLanguageModel _model;
    private readonly GenerationEngine _engine;
    private readonly ModelTextCodec _codec;
    private readonly SamplingOptions _sampling;
    private readonly bool _adapted;

    private LocalPartner(string directory, bool adapted, SamplingOptions sampling)
    {
        _model = CausalLanguageModel.Load(directory);
        _engine = new GenerationEngine(_model, new GenerationOptions { MaxBatch = 1 });
        (_codec, _sampling, _adapted) = (ModelTextCodec.Load(directory), sampling, adapted);
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
    }

    public string Name { get; }

    public static async Task<LocalPartner> LoadAsync(string directory, string? adapter, SamplingOptions sampling)
    {
        if (adapter is not null)
        {
            // The same checks as in the gateway, with a sentence about what is wrong.
            AdapterFiles.Inspect(Adapter, "1", adapter, int.MaxValue);
        }

        var partner = new LocalPartner(directory, adapter is not null, sampling);
        if (adapter is not null)
        {
            await partner._engine.LoadAdapterAsync(Adapter, AdapterContent.Read(adapter));
        }

        return partner;
    }

    public async IAsyncEnumerable<string> AnswerAsync(
        IReadOnlyList<ChatMessage> messages, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var stream = _engine.Submit(new GenerationRequest
        {
            Prompt = _codec.EncodeChat(messages, tools: null),
            Adapter = _adapted ? Adapter : null,
            CacheScope = Adapter,
            Sampling = _sampling with { StopTokens = _codec.EndTokens },
        });
        try
        {
            var decoder = _codec.CreateDecoder();
            await foreach (var token in stream.ReadAllAsync(cancellation))
            {
                yield return decoder.Add(token.Id) ?? "";
            }

            yield return decoder.Flush();
        }
        finally
        {
            stream.Cancel();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _model.Dispose();
    }
}
