namespace Pipeline.Llm.Training.Data;

/// <summary>Rows to train or evaluate on, read by index.</summary>
public interface ITrainingData
{
    /// <summary>Number of rows.</summary>
    int Count { get; }

    /// <summary>Digest of the content; a checkpoint continues only with the same one.</summary>
    string Fingerprint { get; }

    /// <summary>Tokens of a row, without reading it.</summary>
    /// <param name="index">Zero-based.</param>
    /// <returns>Tokens of all of its sequences.</returns>
    int Tokens(int index);

    /// <summary>Reads a row.</summary>
    /// <param name="index">Zero-based.</param>
    /// <returns>The row.</returns>
    TrainingRow Read(int index);
}
