using Pipeline.Llm.Training;
using Pipeline.Llm.Training.Checkpointing;
using Pipeline.Workflows;

namespace Pipeline.Activities.Running;

/// <summary>Failures of models and trainings.</summary>
internal static class ModelFailures
{
    public static string? TypeOf(Exception exception) => exception switch
    {
        LossDivergedException => ErrorTypes.LossDiverged,
        NonFiniteLossException => ErrorTypes.NonFiniteLoss,
        OutOfDeviceMemoryException => ErrorTypes.OutOfMemory,
        StaleAttemptException => ErrorTypes.Fenced,
        _ => null,
    };
}
