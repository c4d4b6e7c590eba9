namespace Pipeline.Gateway.Api;

/// <summary>Limits of one request; each is checked with an error that names the field.</summary>
public static class ApiLimits
{
    /// <summary>Deepest nesting of the JSON body.</summary>
    public const int Depth = 32;

    /// <summary>Most messages of a chat.</summary>
    public const int Messages = 1024;

    /// <summary>Most answers of one request.</summary>
    public const int Choices = 16;

    /// <summary>Most prompts of one completion request.</summary>
    public const int Prompts = 64;

    /// <summary>Most stop strings.</summary>
    public const int Stops = 16;

    /// <summary>Longest stop string, characters.</summary>
    public const int StopLength = 256;

    /// <summary>Most entries of <c>logit_bias</c>, and of <c>stop_token_ids</c>.</summary>
    public const int Biases = 300;

    /// <summary>Most alternatives for each token.</summary>
    public const int TopLogProbs = 20;

    /// <summary>Longest name of an end user, characters.</summary>
    public const int UserLength = 512;

    /// <summary>Most tools.</summary>
    public const int Tools = 128;

    /// <summary>Longest model name that is looked at, characters.</summary>
    public const int ModelLength = 128;
}
