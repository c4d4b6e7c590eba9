namespace Pipeline.Workflows;

/// <summary>
/// Types of application failures; a failure that is not listed here is retried as an infrastructure fault.
/// </summary>
public static class ErrorTypes
{
    /// <summary>The input of a workflow has problems; all are listed.</summary>
    public const string InvalidInput = nameof(InvalidInput);

    /// <summary>A recipe cannot work: sizes, methods or names do not fit.</summary>
    public const string InvalidRecipe = nameof(InvalidRecipe);

    /// <summary>A named data set, model, benchmark or version does not exist.</summary>
    public const string NotFound = nameof(NotFound);

    /// <summary>Input data is malformed, empty, or has more bad rows than its budget.</summary>
    public const string BadData = nameof(BadData);

    /// <summary>A source object changed while it was being read, or before its rows were used.</summary>
    public const string SourceMutated = nameof(SourceMutated);

    /// <summary>Model, tokenizer, adapter or checkpoint do not belong together.</summary>
    public const string Incompatible = nameof(Incompatible);

    /// <summary>People refused the sampled rows.</summary>
    public const string ReviewRejected = nameof(ReviewRejected);

    /// <summary>A prompt alone reaches what the fine-tune is for.</summary>
    public const string PromptSuffices = nameof(PromptSuffices);

    /// <summary>The loss rose in the first steps; the learning rate is too high.</summary>
    public const string LossDiverged = nameof(LossDiverged);

    /// <summary>Loss or gradient was not a number too often.</summary>
    public const string NonFiniteLoss = nameof(NonFiniteLoss);

    /// <summary>The device ran out of memory.</summary>
    public const string OutOfMemory = nameof(OutOfMemory);

    /// <summary>A digest, signature or invariant does not hold.</summary>
    public const string Integrity = nameof(Integrity);

    /// <summary>A later attempt owns the work.</summary>
    public const string Fenced = nameof(Fenced);

    /// <summary>A licence does not allow the use.</summary>
    public const string LicenceBlocked = nameof(LicenceBlocked);

    /// <summary>Merged weights answer differently.</summary>
    public const string ParityFailed = nameof(ParityFailed);

    /// <summary>The caller may not do this.</summary>
    public const string NotAllowed = nameof(NotAllowed);

    /// <summary>Disk or another resource is not enough.</summary>
    public const string NoSpace = nameof(NoSpace);

    /// <summary>Traffic is not what was set.</summary>
    public const string TrafficMismatch = nameof(TrafficMismatch);

    /// <summary>
    /// A worker is being stopped; it wrote down what it had, and another attempt goes on. Always retried.
    /// </summary>
    public const string WorkerDraining = nameof(WorkerDraining);

    /// <summary>An operator stopped the run.</summary>
    public const string Aborted = nameof(Aborted);

    /// <summary>The process exit code that tells a script the same.</summary>
    /// <param name="errorType">One of the types, or any other text.</param>
    /// <returns>One of <see cref="ExitCodes"/>, or 1.</returns>
    public static int ExitCodeOf(string? errorType) => errorType switch
    {
        InvalidInput or InvalidRecipe => ExitCodes.Usage,
        NotFound or BadData or SourceMutated or Incompatible or ReviewRejected => ExitCodes.BadInput,
        LossDiverged or NonFiniteLoss or PromptSuffices => ExitCodes.GateFailed,
        Integrity or Fenced or ParityFailed or TrafficMismatch => ExitCodes.Integrity,
        LicenceBlocked or NotAllowed => ExitCodes.NotAllowed,
        OutOfMemory or NoSpace => ExitCodes.Resources,
        _ => 1,
    };
}
