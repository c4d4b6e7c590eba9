namespace Pipeline.Cli.Commands;

/// <summary>Verbs that work on files and tensors; they live in their own executable, so that this one stays light.</summary>
internal static class ToolsCommand
{
    /// <summary>The verbs.</summary>
    public static readonly string[] Verbs = ["data", "inspect", "merge", "registry", "tokenize", "train"];

    public static bool Handles(string[] args) => args.Length > 0 && Verbs.Contains(args[0]);

    public static async Task<int> RunAsync(string[] args)
    {
        await SolutionBuild.EnsureAsync("workers/Pipeline.Tools/Pipeline.Tools.csproj", "tools", CancellationToken.None);
        return await ChildProcess.RunAsync("dotnet", [Checkout.Assembly("Pipeline.Tools"), .. args]);
    }
}
