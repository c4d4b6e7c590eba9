namespace Pipeline.Llm.Generation;

/// <summary>How the weights of served adapters are kept in memory.</summary>
public enum AdapterWeights
{
    /// <summary>As exactly as their file has them: bfloat16 files in two bytes a number, all others in four.</summary>
    AsStored,

    /// <summary>
    /// Rounded to bfloat16: half the memory, and batches of many adapters are faster, because reading weights decides.
    /// </summary>
    BFloat16,
}
