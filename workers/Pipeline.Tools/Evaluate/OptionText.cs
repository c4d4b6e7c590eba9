using static TorchSharp.torch;

namespace Pipeline.Tools.Evaluate;

/// <summary>Texts of options with a form of their own.</summary>
internal static class OptionText
{
    public static (string Name, string Path) Arm(string text) => text.Split('=', 2) is [var name, var path]
        ? (name, path) : throw new ArgumentException($"--arm is '{text}'; write NAME=results.json", nameof(text));

    public static ScalarType Precision(string text) => Enum.TryParse<ScalarType>(text, ignoreCase: true, out var type)
        && type is ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16
        ? type : throw new ArgumentException($"--dtype is '{text}'; use Float32, BFloat16 or Float16", nameof(text));
}
