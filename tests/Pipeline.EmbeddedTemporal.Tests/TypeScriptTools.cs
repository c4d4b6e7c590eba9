namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>The scripts of <c>tests/conformance</c> with the official TypeScript SDK, installed once.</summary>
internal static class TypeScriptTools
{
    private static readonly string Source = Path.Combine(Repository.Root, "tests", "conformance");
    private static readonly string[] Packages = ["@temporalio/worker", "playwright-core"];

    public static string Folder { get; } = Path.Combine(Repository.Root, ".pipeline", "test-tools", "conformance");

    /// <summary>Copies the scripts and installs what they need; skips the test when npm cannot.</summary>
    public static async Task InstallAsync()
    {
        if (await TryInstallAsync() is { } problem) Assert.Skip(problem);
    }

    /// <summary>Copies the scripts and installs what they need.</summary>
    /// <returns>Why npm could not; null when all is there.</returns>
    public static async Task<string?> TryInstallAsync()
    {
        Directory.CreateDirectory(Folder);
        await using var turn = await TurnAsync();
        foreach (var file in Directory.EnumerateFiles(Source))
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)), overwrite: true);
        if (Packages.All(package => Directory.Exists(Path.Combine(Folder, "node_modules", package)))) return null;
        // Not `npm ci`: it insists on optional builds for platforms that a feed may not carry.
        var (code, output) = await RunAsync("npm", "install", "--no-save", "--no-audit", "--no-fund");
        return code == 0
            ? null : $"npm could not install the TypeScript SDK: {output[..Math.Min(200, output.Length)]}";
    }

    // Another test, of this process or of another one, may install at this moment.
    private static async Task<FileStream> TurnAsync()
    {
        var name = Folder + ".lock";
        for (var tries = 0; ; tries++)
        {
            try
            {
                return new FileStream(name, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            }
            catch (IOException) when (tries < 3000)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Runs a program in <see cref="Folder"/>.</summary>
    public static Task<(int Code, string Output)> RunAsync(string program, params IEnumerable<string> arguments) =>
        Programs.RunAsync(program, arguments, Folder);
}
