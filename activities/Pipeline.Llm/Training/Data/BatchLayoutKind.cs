namespace Pipeline.Llm.Training.Data;

/// <summary>How the rows of a micro-batch lie in one tensor.</summary>
public enum BatchLayoutKind
{
    /// <summary>One after the other in a single row, without padding; sequences do not see each other.</summary>
    PaddingFree,

    /// <summary>One a tensor row, padded at the right to the longest.</summary>
    Padded,
}
