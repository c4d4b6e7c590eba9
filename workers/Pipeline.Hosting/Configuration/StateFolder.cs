namespace Pipeline.Hosting.Configuration;

/// <summary>Where processes write everything that is neither in the object store nor built.</summary>
public static class StateFolder
{
    /// <summary>
    /// Environment variable that names another folder; two deployments of one checkout keep apart with it.
    /// </summary>
    public const string Variable = "PIPELINE_STATE";

    /// <summary>Finds the folder.</summary>
    /// <param name="root">The checkout.</param>
    /// <returns>Absolute path; <c>.pipeline</c> of the checkout unless the variable names another one.</returns>
    public static string Of(string root) =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
            ? Path.GetFullPath(named) : Path.Combine(root, ".pipeline");
}
