namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>The servers that the tests start.</summary>
internal static class Engines
{
    public static readonly string Embedded = Path.Combine(Repository.Root, "infra", "embedded-temporal", "temporal");

    /// <summary>
    /// The executable of <c>embedded</c> or <c>real</c>; skips the test where the real one is absent.
    /// </summary>
    public static string Program(string name) => name == "embedded" ? Embedded : Fixtures.RequireTool("TEMPORAL_CLI");
}
