namespace Pipeline.Llm.Configuration;

/// <summary>What <c>generation_config.json</c> asks for; null where it is silent.</summary>
public sealed record GenerationDefaults
{
    /// <summary>First token, or null.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Tokens that end a generation; null when the file does not say.</summary>
    public IReadOnlyList<int>? EosTokenIds { get; init; }

    /// <summary>Padding token, or null.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>Sampling instead of greedy choice.</summary>
    public bool? DoSample { get; init; }

    /// <summary>Divides the logits.</summary>
    public double? Temperature { get; init; }

    /// <summary>Keep this many tokens.</summary>
    public int? TopK { get; init; }

    /// <summary>Keep the smallest set with this probability.</summary>
    public double? TopP { get; init; }

    /// <summary>Drop tokens below this share of the best probability.</summary>
    public double? MinP { get; init; }

    /// <summary>Penalty on tokens already seen.</summary>
    public double? RepetitionPenalty { get; init; }

    /// <summary>Most tokens to generate.</summary>
    public int? MaxNewTokens { get; init; }

    /// <summary>Reads the file of a model directory.</summary>
    /// <param name="directory">A model directory.</param>
    /// <returns>The defaults; all null when the file is absent.</returns>
    /// <exception cref="InvalidDataException">The file is damaged or a value is out of range.</exception>
    public static GenerationDefaults Read(string directory)
    {
        var path = Path.Combine(directory, "generation_config.json");
        if (!File.Exists(path))
        {
            return new GenerationDefaults();
        }

        using var document = JsonFiles.ReadObject(path);
        var fields = new ConfigFields(document.RootElement, path);
        var defaults = new GenerationDefaults
        {
            BosTokenId = fields.IntOrNull("bos_token_id"),
            EosTokenIds = fields.Ids("eos_token_id"),
            PadTokenId = fields.IntOrNull("pad_token_id"),
            DoSample = fields.Has("do_sample") ? fields.Flag("do_sample", false) : null,
            Temperature = fields.NumberOrNull("temperature"),
            TopK = fields.IntOrNull("top_k"),
            TopP = fields.NumberOrNull("top_p"),
            MinP = fields.NumberOrNull("min_p"),
            RepetitionPenalty = fields.NumberOrNull("repetition_penalty"),
            MaxNewTokens = fields.IntOrNull("max_new_tokens"),
        };
        if (defaults.Temperature is < 0 || defaults.TopP is <= 0 or > 1 || defaults.MinP is < 0 or > 1
            || defaults.TopK is < 0
            || defaults.RepetitionPenalty is <= 0)
        {
            fields.Add("temperature must be ≥ 0, top_p in (0, 1], min_p in [0, 1], top_k ≥ 0, repetition_penalty > 0");
        }

        fields.ThrowIfAny();
        return defaults;
    }
}
