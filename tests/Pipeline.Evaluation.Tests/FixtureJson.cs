using System.Globalization;
using System.Text.Json;

namespace Pipeline.Evaluation.Tests;

/// <summary>Reads golden JSON, in which non-finite numbers are strings.</summary>
internal static class FixtureJson
{
    public static JsonElement Load(string relative) =>
        JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require(relative))).RootElement;

    public static List<JsonElement> Lines(string relative) =>
        [.. File.ReadLines(Fixtures.Require(relative)).Where(line => line.Length > 0)
            .Select(line => JsonDocument.Parse(line).RootElement)];

    public static double Number(this JsonElement element) => element.ValueKind == JsonValueKind.String
        ? double.Parse(element.GetString()!, CultureInfo.InvariantCulture)
        : element.GetDouble();

    public static double Number(this JsonElement element, string name) => element.GetProperty(name).Number();

    public static int Int(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static double[] Numbers(this JsonElement element, string name) => element.GetProperty(name).Numbers();

    public static double[] Numbers(this JsonElement element) =>
        [.. element.EnumerateArray().Select(item => item.Number())];

    public static bool[] Flags(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray()
            .Select(item => item.ValueKind == JsonValueKind.True
                || (item.ValueKind == JsonValueKind.Number && item.GetDouble() == 1))];

    public static string[] Strings(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray()
            .Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText())];

    /// <summary>Relative comparison; not-a-number equals itself.</summary>
    public static void ShouldMatch(
        this double actual, double expected, string what, double relative = 1e-9, double absolute = 1e-12)
    {
        if (double.IsNaN(expected) && double.IsNaN(actual)) return;
        if (actual.Equals(expected)) return;
        Math.Abs(actual - expected).ShouldBeLessThanOrEqualTo(
            Math.Max(absolute, relative * Math.Abs(expected)), $"{what}: {actual:R} instead of {expected:R}");
    }

    public static void ShouldMatch(
        this IReadOnlyList<double> actual, double[] expected, string what, double relative = 1e-9,
        double absolute = 1e-12)
    {
        actual.Count.ShouldBe(expected.Length, what);
        for (var i = 0; i < expected.Length; i++)
            actual[i].ShouldMatch(expected[i], $"{what}[{i}]", relative, absolute);
    }
}
