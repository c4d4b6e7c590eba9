using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Llm.Training;

/// <summary>Digest of the options that the weights depend on.</summary>
internal static class OptionsDigest
{
    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static string Of(TrainingOptions options, string objective)
    {
        var defaults = new TrainingOptions();
        var relevant = options with
        {
            // A run may move to a device with another type; its weights then differ by rounding only.
            Precision = defaults.Precision,
            LogEvery = defaults.LogEvery,
            EvaluateEvery = defaults.EvaluateEvery,
            SaveEvery = defaults.SaveEvery,
            KeepCheckpoints = defaults.KeepCheckpoints,
            SilentLimit = defaults.SilentLimit,
            WeightRatioLimit = defaults.WeightRatioLimit,
        };
        return Convert.ToHexStringLower(
            SHA256.HashData(
                [.. JsonSerializer.SerializeToUtf8Bytes(relevant, Json), .. Encoding.UTF8.GetBytes(objective)]));
    }
}
