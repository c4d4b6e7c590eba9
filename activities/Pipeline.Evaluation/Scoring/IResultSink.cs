namespace Pipeline.Evaluation.Scoring;

/// <summary>Takes results as they become known, and knows those of an earlier attempt.</summary>
/// <typeparam name="T">Result of one request.</typeparam>
public interface IResultSink<in T>
{
    /// <summary>Whether the result of a request is known already.</summary>
    /// <param name="index">Index of the request.</param>
    /// <returns>True when it is.</returns>
    bool Has(int index);

    /// <summary>Takes a result.</summary>
    /// <param name="index">Index of the request.</param>
    /// <param name="result">Its result.</param>
    void Add(int index, T result);

    /// <summary>Called after the results of a batch, a good moment to make them durable.</summary>
    void EndBatch();
}
