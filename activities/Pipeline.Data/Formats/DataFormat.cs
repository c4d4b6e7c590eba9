namespace Pipeline.Data.Formats;

/// <summary>The shape of a row.</summary>
public enum DataFormat
{
    /// <summary><c>messages: [{role, content, …}]</c>, optionally <c>tools</c>.</summary>
    OpenAi,

    /// <summary><c>conversations: [{from, value}]</c>.</summary>
    ShareGpt,

    /// <summary><c>instruction</c>, optional <c>input</c>, <c>output</c>.</summary>
    Alpaca,

    /// <summary><c>prompt</c> and <c>completion</c> as strings.</summary>
    PromptCompletion,

    /// <summary><c>prompt</c> and <c>completion</c> as lists of messages.</summary>
    PromptCompletionChat,

    /// <summary><c>text</c>.</summary>
    Text,

    /// <summary><c>parts: [{text, loss}]</c>.</summary>
    Parts,

    /// <summary><c>chosen</c> and <c>rejected</c>, with or without <c>prompt</c>; texts or lists of messages.</summary>
    Preference,

    /// <summary><c>input_ids</c>, optional <c>labels</c>: tokens of the model's own tokenizer.</summary>
    PreTokenised,
}
