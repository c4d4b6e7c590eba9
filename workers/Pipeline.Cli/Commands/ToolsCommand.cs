namespace Pipeline.Cli.Commands;

/// <summary>
/// Verbs that work on files and tensors; they live in their own executable, so that this one stays light.
/// </summary>
internal static class ToolsCommand
{
    /// <summary>The verbs.</summary>
    public static readonly string[] Verbs =
    [
        "chat", "data", "dataset", "deploy", "eval", "gate", "inspect", "judge", "merge", "registry", Report, "serve",
        "speed", "tokenize", "train",
    ];

    // With options it is a page about evaluation files; alone, or with the id of a run, it is the report of that run.
    private const string Report = "report";

    /// <summary>Those among them that the gateway's executable serves.</summary>
    private static readonly string[] Serving = ["chat", "deploy", "serve"];

    public static bool Handles(string[] args) => args.Length > 0 && Verbs.Contains(args[0])
        && (args[0] != Report
            || args.Skip(1)
            .Any(argument => argument.StartsWith('-')
                && argument is not ("--set" or "--config" or "--help" or "--json")));

    public static async Task<int> RunAsync(string[] args)
    {
        var (project, name) = Serving.Contains(args[0]) ? ("Pipeline.Gateway", "gateway") : ("Pipeline.Tools", "tools");
        try
        {
            await SolutionBuild.EnsureAsync($"workers/{project}/{project}.csproj", name, CancellationToken.None);
        }
        catch (InvalidOperationException unbuilt)
        {
            return await CommandLine.FailAsync(unbuilt.Message, 1);
        }

        return await ChildProcess.RunInPlaceAsync("dotnet", [Checkout.Assembly(project), .. args]);
    }
}
