namespace Pipeline.Gateway.Api;

/// <summary>An answer that is an error, in the form that OpenAI clients understand.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="code">Machine-readable code.</param>
/// <param name="message">What is wrong and what to do.</param>
/// <param name="parameter">Field of the request that is wrong, or null.</param>
public sealed class ApiException(int status, string code, string message, string? parameter = null) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>Machine-readable code.</summary>
    public string Code { get; } = code;

    /// <summary>Field of the request that is wrong, or null.</summary>
    public string? Parameter { get; } = parameter;

    /// <summary>Seconds after which a retry makes sense, or null.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Class of the error.</summary>
    public string Type => Status switch
    {
        401 => "authentication_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };

    /// <summary>The one answer to every missing, wrong or expired key.</summary>
    /// <returns>Status 401.</returns>
    public static ApiException Unauthorized() =>
        new(401, "invalid_api_key", "a valid API key is needed in the Authorization header");

    /// <summary>A field of the request is not acceptable.</summary>
    /// <param name="field">The field.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <returns>Status 400.</returns>
    public static ApiException BadField(string field, string problem) =>
        new(400, "invalid_value", $"{field} {problem}", field);

    /// <summary>No model of that name, or none that this client may see.</summary>
    /// <param name="model">The wanted name.</param>
    /// <returns>Status 404.</returns>
    public static ApiException ModelNotFound(string model) =>
        new(404, "model_not_found", $"the model '{Shorten(model)}' does not exist", "model");

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
