using Pipeline.Data.Ingest;
using Pipeline.Data.Readers;
using Pipeline.Data.Stages;
using Pipeline.Registry.Storage;
using Pipeline.Workflows;
using Temporalio.Exceptions;

namespace Pipeline.Activities.Running;

/// <summary>Turns what libraries throw into failures that say whether another attempt can help.</summary>
public static class FailureMapping
{
    private const int MaxMessage = 4000;

    /// <summary>The failure of an exception.</summary>
    /// <param name="exception">What a library threw.</param>
    /// <returns>A failure that is not retried, or null when the policy of the activity decides.</returns>
    public static ApplicationFailureException? Map(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return TypeOf(exception) is { } type
            ? new ApplicationFailureException(Cut(exception.Message), exception, type, nonRetryable: true)
            : null;
    }

    private static string? TypeOf(Exception exception) => exception switch
    {
        FailureException or OperationCanceledException => null,
        ObjectStoreException store => store.Error switch
        {
            ObjectStoreError.NotFound => ErrorTypes.NotFound,
            ObjectStoreError.Integrity => ErrorTypes.Integrity,
            ObjectStoreError.PreconditionFailed => ErrorTypes.Fenced,
            ObjectStoreError.AccessDenied or ObjectStoreError.ReadOnly => ErrorTypes.NotAllowed,
            ObjectStoreError.NoSpace => ErrorTypes.NoSpace,
            ObjectStoreError.Unsupported => ErrorTypes.InvalidRecipe,
            _ => null,
        },
        SourceMutatedException => ErrorTypes.SourceMutated,
        DataInputException or RowAccountingException or InvalidDataException => ErrorTypes.BadData,
        FileNotFoundException or DirectoryNotFoundException => ErrorTypes.NotFound,
        UnauthorizedAccessException => ErrorTypes.NotAllowed,
        OutOfMemoryException => ErrorTypes.OutOfMemory,
        ArgumentException or NotSupportedException => ErrorTypes.InvalidRecipe,
        IOException { HResult: NoSpaceLeft } => ErrorTypes.NoSpace,
        _ => ModelFailures.TypeOf(exception),
    };

    // ENOSPC as .NET reports it on Linux.
    private const int NoSpaceLeft = 28;

    private static string Cut(string text) => text.Length > MaxMessage ? text[..MaxMessage] + "…" : text;
}
