using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Configuration;
using Pipeline.Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Tests.Memory;

/// <summary>A Llama of random weights, large enough for its memory and time to be seen.</summary>
internal static class RandomModel
{
    public const int Vocabulary = 8192;

    /// <summary>Writes a float32 model directory.</summary>
    public static string Write(string folder, int hidden, int inner, int layers)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), $$"""
            {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": {{Vocabulary}}, "hidden_size": {{hidden}},
             "intermediate_size": {{inner}}, "num_hidden_layers": {{layers}}, "num_attention_heads": {{hidden / 64}},
             "num_key_value_heads": {{hidden / 128}}, "head_dim": 64, "max_position_embeddings": 1024, "rms_norm_eps": 1e-05,
             "rope_theta": 10000.0, "tie_word_embeddings": true, "hidden_act": "silu", "torch_dtype": "float32"}
            """);
        using var scope = NewDisposeScope();
        manual_seed(1);
        var tensors = ModelShapes.Tensors(ModelConfigReader.Read(folder));
        SafeTensorsWriter.Write(Path.Combine(folder, "model.safetensors"),
            [.. tensors.Select(t => TensorItem.Of(t.Name, randn(t.Shape) * 0.03))]);
        return folder;
    }
}
