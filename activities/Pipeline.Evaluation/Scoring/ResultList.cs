namespace Pipeline.Evaluation.Scoring;

/// <summary>A sink that keeps results in memory.</summary>
/// <typeparam name="T">Result of one request.</typeparam>
/// <param name="count">Number of requests.</param>
public sealed class ResultList<T>(int count) : IResultSink<T>
    where T : class
{
    private readonly T?[] _results = new T?[count];

    /// <summary>Result of a request.</summary>
    /// <param name="index">Index of the request.</param>
    public T this[int index] => _results[index]
        ?? throw new InvalidOperationException($"request {index} has no result");

    /// <inheritdoc/>
    public bool Has(int index) => _results[index] is not null;

    /// <inheritdoc/>
    public void Add(int index, T result) => _results[index] = result;

    /// <inheritdoc/>
    public void EndBatch()
    {
    }
}
