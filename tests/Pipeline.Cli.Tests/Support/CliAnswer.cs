using System.Text.Json;

namespace Pipeline.Cli.Tests.Support;

/// <summary>How a verb ended.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record CliAnswer(int Code, string Output, string Error)
{
    /// <summary>Both outputs, for messages.</summary>
    public string All => $"exit {Code}\n{Output}\n{Error}";

    /// <summary>Standard output as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}
