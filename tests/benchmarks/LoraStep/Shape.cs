namespace LoraStep;

/// <summary>
/// Sizes of a benchmark model; the batch is 8 rows of 128 tokens with the last quarter of each row supervised.
/// </summary>
internal sealed record Shape(int Hidden, int Inner, int Layers, int Heads, int KeyValueHeads)
{
    public const int Vocabulary = 8192;
    public const int Rows = 8;
    public const int Length = 128;
    public const int Supervised = 32;

    public static readonly IReadOnlyDictionary<string, Shape> ByName = new Dictionary<string, Shape>
    {
        ["256x6"] = new(256, 704, 6, 8, 4),
        ["640x10"] = new(640, 2400, 10, 10, 5),
    };

    public string ConfigJson(string type) => $$"""
        {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": {{Vocabulary}}, "hidden_size": {{Hidden}},
         "intermediate_size": {{Inner}}, "num_hidden_layers": {{Layers}}, "num_attention_heads": {{Heads}},
         "num_key_value_heads": {{KeyValueHeads}}, "head_dim": {{Hidden / Heads}}, "max_position_embeddings": 1024,
         "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "tie_word_embeddings": true, "hidden_act": "silu", "torch_dtype": "{{type}}"}
        """;
}
