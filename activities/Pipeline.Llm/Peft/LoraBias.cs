namespace Pipeline.Llm.Peft;

/// <summary>Which biases of the base model an adapter trains.</summary>
public enum LoraBias
{
    /// <summary>None.</summary>
    None,

    /// <summary>Every bias of the model.</summary>
    All,

    /// <summary>The biases of the modules that carry an adapter.</summary>
    LoraOnly,
}
