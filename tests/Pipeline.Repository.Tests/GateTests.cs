using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Pipeline.Repository.Tests;

public sealed class GateTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Pipeline.Workflows"] = [],
        ["Pipeline.Llm"] = [],
        ["Pipeline.Data"] = [],
        ["Pipeline.Statistics"] = [],
        ["Pipeline.Registry"] = ["Pipeline.Statistics"],
        ["Pipeline.Sources"] = ["Pipeline.Data", "Pipeline.Registry"],
        ["Pipeline.Evaluation"] = ["Pipeline.Llm", "Pipeline.Data", "Pipeline.Statistics"],
        ["Pipeline.Activities"] = ["Pipeline.Workflows", "Pipeline.Llm", "Pipeline.Data", "Pipeline.Registry",
            "Pipeline.Evaluation", "Pipeline.Sources"],
        ["Pipeline.Hosting"] = ["Pipeline.Workflows", "Pipeline.Registry"],
        ["Pipeline.Worker"] = ["Pipeline.Workflows", "Pipeline.Hosting", "Pipeline.Activities"],
        ["Pipeline.Gateway"] =
            ["Pipeline.Workflows", "Pipeline.Hosting", "Pipeline.Llm", "Pipeline.Data", "Pipeline.Registry"],
        ["Pipeline.Cli"] = ["Pipeline.Workflows", "Pipeline.Hosting", "Pipeline.Registry", "Pipeline.Data"],
        ["Pipeline.Tools"] = ["Pipeline.Workflows", "Pipeline.Hosting", "Pipeline.Llm", "Pipeline.Data",
            "Pipeline.Registry", "Pipeline.Evaluation", "Pipeline.Sources"],
        ["Pipeline.EmbeddedTemporal"] = [],
    };

    [Fact]
    public void ProjectReferences_PointInward()
    {
        var checkedProjects = 0;
        foreach (var project in SourceFiles.Find(".csproj")
            .Where(path => !path.Contains("/tests/", StringComparison.Ordinal)
                && !path.Contains("/packages/", StringComparison.Ordinal)))
        {
            var name = Path.GetFileNameWithoutExtension(project);
            Allowed.ShouldContainKey(name, $"{project} is not in the list of layers");
            var references = XDocument.Load(project).Descendants("ProjectReference")
                .Select(reference =>
                    Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
            references.Except(Allowed[name]).ShouldBeEmpty($"{name} must not reference these");
            checkedProjects++;
        }

        checkedProjects.ShouldBeGreaterThan(3);
    }

    [Fact]
    public void SourceFiles_AreShort()
    {
        var lengths = SourceFiles.Find(".cs", ".cpp", ".h", ".mjs", ".cjs", ".sh")
            .Select(path => (path, lines: File.ReadLines(path).Count())).ToList();
        lengths.Where(file => file.lines > 400).Select(file => $"{file.path}: {file.lines}").ShouldBeEmpty();
        // A class of tests is a list of cases; what is shipped stays small.
        var shipped = lengths.Where(file => !file.path.Contains("/tests/", StringComparison.Ordinal))
            .Select(file => file.lines).Order().ToList();
        shipped[shipped.Count / 2].ShouldBeLessThanOrEqualTo(60);
    }

    [Fact]
    public void Lines_FitIn120Columns() =>
        SourceFiles.Find(".cs").SelectMany(path =>
            LongLines.Of(File.ReadAllText(path)).Select(line => $"{path}:{line.Number}: {line.Line}")).ShouldBeEmpty();

    [Theory]
    [InlineData("x", 120, 0)]
    [InlineData("x", 121, 1)]
    [InlineData("\"", 400, 0)]
    public void LongLines_OnlyTextInAString_MayStandOut(string edge, int length, int expected) =>
        LongLines.Of($"a;\n{edge}{new string('x', length - 2)}{edge}").Count().ShouldBe(expected);

    [Fact]
    public void PackageVersions_AreCentralAndExact()
    {
        SourceFiles.Find(".csproj")
            .Where(path => XDocument.Load(path).Descendants("PackageReference")
                .Any(r => r.Attribute("Version") is not null)).ShouldBeEmpty();
        var versions = XDocument.Load(Path.Combine(SourceFiles.Root, "Directory.Packages.props"))
            .Descendants("PackageVersion").ToList();
        versions.Select(v => v.Attribute("Version")!.Value).Where(v => v.IndexOfAny(['*', '[', '(']) >= 0)
            .ShouldBeEmpty();
        versions.Select(v => v.Attribute("Include")!.Value)
            .ShouldBe(versions.Select(v => v.Attribute("Include")!.Value).Order(StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void Projects_AreAllInTheSolution()
    {
        var solution = File.ReadAllText(Path.Combine(SourceFiles.Root, "Pipeline.sln"));
        SourceFiles.Find(".csproj").Where(path => !path.Contains("/benchmarks/", StringComparison.Ordinal))
            .Where(path => !solution.Contains(Path.GetFileName(path), StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Text_HasNoWorkplaceWords()
    {
        // Written so that this file does not contain what it looks for.
        var pattern =
            new Regex("/wo" + "rk/(main|wt|shared)|\\.\\./sha" + "red|TO" + "DO:", RegexOptions.NonBacktracking);
        SourceFiles.Find(".cs", ".md", ".sh", ".props", ".targets", ".csproj", ".yaml", ".json", ".mjs", ".txt")
            .Where(path => pattern.IsMatch(File.ReadAllText(path))).ShouldBeEmpty();
    }

    [Fact]
    public void LockFiles_NameNoRegistry() =>
        SourceFiles.Find("packages.lock.json", "package-lock.json")
            .Where(path => File.ReadAllText(path).Contains("http", StringComparison.Ordinal)
                && path.EndsWith("package-lock.json", StringComparison.Ordinal))
            .Where(path => File.ReadAllText(path).Contains("\"resolved\"", StringComparison.Ordinal)).ShouldBeEmpty();
}
