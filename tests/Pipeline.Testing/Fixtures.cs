using System.Diagnostics.CodeAnalysis;
using Xunit;

namespace Pipeline.Testing;

/// <summary>Finds golden fixtures: the root is PIPELINE_FIXTURES when set, else <c>tests/fixtures</c>.</summary>
public static class Fixtures
{
    /// <summary>Absolute path of the fixture root.</summary>
    public static string Root { get; } = Environment.GetEnvironmentVariable("PIPELINE_FIXTURES") is { Length: > 0 } root
        ? Path.GetFullPath(root)
        : Path.Combine(Repository.Root, "tests", "fixtures");

    /// <summary>
    /// The path of one fixture set or file; skips the calling test with the reason when it is absent.
    /// </summary>
    /// <param name="relative">Path under the root, such as <c>peft</c> or <c>stats/mcnemar.json</c>.</param>
    /// <returns>An existing absolute path.</returns>
    public static string Require(string relative)
    {
        var path = Path.Combine(Root, relative);
        if (!Path.Exists(path))
        {
            Assert.Skip($"fixture '{relative}' is not under {Root}; set PIPELINE_FIXTURES to a fixture root");
        }

        return path;
    }

    /// <summary>
    /// The value of an environment variable that names a tool; skips the calling test when it is not set.
    /// </summary>
    /// <param name="variable">TEMPORAL_CLI, VERSITYGW or S5CMD.</param>
    /// <returns>Path of an existing executable.</returns>
    public static string RequireTool(string variable)
    {
        var path = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(path) || !File.Exists(path))
        {
            Assert.Skip($"{variable} does not name an executable");
        }

        return path;
    }

    /// <summary>Prints how many cases a parity test compared, and fails when there were none.</summary>
    /// <param name="set">Name of the fixture set.</param>
    /// <param name="cases">Number of compared cases.</param>
    [SuppressMessage("Design", "MA0015", Justification = "The count is the finding, not an argument error.")]
    public static void Compared(string set, int cases)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{set}: compared {cases} cases");
        Assert.True(cases > 0, $"{set}: no case was compared");
    }
}
