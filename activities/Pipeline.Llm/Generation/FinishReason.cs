namespace Pipeline.Llm.Generation;

/// <summary>Why a sequence ended.</summary>
public enum FinishReason
{
    /// <summary>A stop token was chosen.</summary>
    Stop,

    /// <summary>The limit of new tokens or of the context was reached.</summary>
    Length,

    /// <summary>Whoever asked for it left.</summary>
    Cancelled,
}
