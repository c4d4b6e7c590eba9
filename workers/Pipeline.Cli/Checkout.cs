using Pipeline.Hosting.Configuration;

namespace Pipeline.Cli;

/// <summary>The checkout that this executable belongs to.</summary>
internal static class Checkout
{
    /// <summary>Absolute path of the repository.</summary>
    public static string Root { get; } = Environment.GetEnvironmentVariable("PIPELINE_ROOT") is { Length: > 0 } root
        ? root : Find();

    /// <summary>
    /// Absolute path of the folder that holds the state of the deployment: process ids, logs, engine.
    /// </summary>
    public static string State { get; } = StateFolder.Of(Root);

    /// <summary>
    /// Absolute path of the folder that holds what was built; one for every deployment of the checkout.
    /// </summary>
    public static string Built { get; } = Path.Combine(Root, ".pipeline");

    /// <summary>The assembly of a built executable project.</summary>
    public static string Assembly(string project) =>
        Path.Combine(Built, "build", "bin", project, "release", project + ".dll");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no Pipeline.sln above {AppContext.BaseDirectory}; set PIPELINE_ROOT");
    }
}
