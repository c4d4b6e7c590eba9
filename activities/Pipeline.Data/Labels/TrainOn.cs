namespace Pipeline.Data.Labels;

/// <summary>Which part of a row is learned.</summary>
public enum TrainOn
{
    /// <summary>Every turn of the trained roles; of documents the parts with loss.</summary>
    Roles,

    /// <summary>The last turn of the trained roles only.</summary>
    Last,

    /// <summary>Only turns that carry a weight above 0 of their own.</summary>
    Turn,

    /// <summary>Every token of the row, prompts included.</summary>
    All,

    /// <summary>Everything after the prompt of a prompt-completion row, template text included.</summary>
    Completion,
}
