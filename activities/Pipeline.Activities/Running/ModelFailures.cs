namespace Pipeline.Activities.Running;

/// <summary>Failures of models and trainings.</summary>
internal static class ModelFailures
{
    public static string? TypeOf(Exception exception) => null;
}
