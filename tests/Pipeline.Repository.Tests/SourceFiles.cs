namespace Pipeline.Repository.Tests;

/// <summary>The files that people wrote.</summary>
internal static class SourceFiles
{
    private static readonly string[] Ignored = [".git", ".pipeline", "node_modules", "fixtures", "bin", "obj"];

    public static string Root => Pipeline.Testing.Repository.Root;

    public static IEnumerable<string> Find(params string[] extensions) =>
        Walk(new DirectoryInfo(Root))
            .Where(path => extensions.Any(extension => path.EndsWith(extension, StringComparison.Ordinal)));

    private static IEnumerable<string> Walk(DirectoryInfo folder)
    {
        foreach (var file in folder.EnumerateFiles())
        {
            yield return file.FullName;
        }

        foreach (var path in folder.EnumerateDirectories().Where(child => !Ignored.Contains(child.Name))
            .SelectMany(Walk))
        {
            yield return path;
        }
    }
}
