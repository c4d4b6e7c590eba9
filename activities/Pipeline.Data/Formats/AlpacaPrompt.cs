namespace Pipeline.Data.Formats;

/// <summary>
/// The published Alpaca prompt. Source: tatsu-lab/stanford_alpaca, the two prompt texts of its training script.
/// </summary>
public static class AlpacaPrompt
{
    /// <summary>Fills the prompt.</summary>
    /// <param name="instruction">The task.</param>
    /// <param name="input">Further context; empty or null takes the form without it.</param>
    /// <returns>Text that ends with the response header and a line end.</returns>
    public static string Of(string instruction, string? input) => string.IsNullOrEmpty(input)
        ? $"Below is an instruction that describes a task. Write a response that appropriately completes the "
            + $"request.\n\n### Instruction:\n{instruction}\n\n### Response:\n"
        : $"Below is an instruction that describes a task, paired with an input that provides further context. Write "
            + $"a response that appropriately completes the request.\n\n### Instruction:\n{instruction}\n\n### "
            + $"Input:\n{input}\n\n### Response:\n";
}
