using System.Text.Json;

namespace Pipeline.Gateway.Api;

/// <summary>A checked request for embeddings.</summary>
/// <param name="Model">Wanted model, or null.</param>
/// <param name="Inputs">Texts or token ids.</param>
/// <param name="AsBase64">Whether a vector is written as Base64 of its little-endian float32 numbers, not as a
/// list.</param>
/// <param name="Dimensions">Wanted length of a vector; null for the model's.</param>
/// <param name="User">The end user as the client names it, or null.</param>
public sealed record EmbeddingCall(
    string? Model, IReadOnlyList<PromptInput> Inputs, bool AsBase64, int? Dimensions, string? User)
{
    /// <summary>Checks a request.</summary>
    /// <param name="body">The object.</param>
    /// <returns>The call.</returns>
    /// <exception cref="ApiException">A field is unknown or out of range.</exception>
    public static EmbeddingCall Read(JsonElement body)
    {
        var fields = new RequestFields(body);
        var format = fields.Text("encoding_format", 16) ?? "float";
        if (format is not ("float" or "base64"))
        {
            throw ApiException.BadField("encoding_format", "must be float or base64");
        }

        var call = new EmbeddingCall(
            fields.Text("model", ApiLimits.ModelLength), RequestReader.Prompts(fields.Get("input"), "input"),
            format == "base64",
            (int?)fields.Whole("dimensions", 1, 1 << 20), fields.Text("user", ApiLimits.UserLength));
        fields.RefuseUnknown();
        return call;
    }
}
