namespace Pipeline.Evaluation.Gates;

/// <summary>A change of one value of the training input.</summary>
public sealed record RetrainChange
{
    /// <summary>Path of the value, such as <c>train.learningRate</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Factor for the present value.</summary>
    public double Multiply { get; init; } = 1;

    /// <summary>Added after the factor.</summary>
    public double Add { get; init; }

    /// <summary>Smallest new value.</summary>
    public double? AtLeast { get; init; }

    /// <summary>Largest new value.</summary>
    public double? AtMost { get; init; }

    /// <summary>The new value.</summary>
    /// <param name="present">The present value.</param>
    /// <returns>The value after factor, addition and limits.</returns>
    public double Apply(double present)
    {
        var value = present * Multiply + Add;
        if (AtLeast is { } least) value = Math.Max(value, least);
        return AtMost is { } most ? Math.Min(value, most) : value;
    }
}
