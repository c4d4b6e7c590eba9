using System.Reflection;
using System.Text.RegularExpressions;

namespace Temporalio.Tests;

/// <summary>The tables of this project's README name tests that exist.</summary>
public sealed partial class BehaviourTableTests
{
    private static readonly string[] Lines =
        File.ReadAllLines(Path.Combine(Repository.Root, "tests", "Temporalio.Tests", "README.md"));

    [Fact]
    public void Tables_EveryRow_NamesTestsThatExist()
    {
        var tests = Assembly.GetExecutingAssembly().GetTypes()
            .SelectMany(type => type.GetMethods().Where(method => method.GetCustomAttributes<FactAttribute>().Any())
                .Select(method => $"{type.Name}.{method.Name}"))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var line in Lines.Where(line => Row().IsMatch(line)))
        {
            var named = Name().Matches(line).Select(match => match.Groups[1].Value).ToList();
            named.ShouldNotBeEmpty(line);
            named.Except(tests).ShouldBeEmpty(line);
        }
    }

    [Fact]
    public void Tables_Numbers_HaveNoGap() =>
        Lines.Select(line => Row().Match(line)).Where(match => match.Success)
            .Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))
            .ShouldBe([.. Enumerable.Range(1, 40), .. Enumerable.Range(1, 15)]);

    [GeneratedRegex(@"^\| (\d+) \|", RegexOptions.NonBacktracking)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+\.\w+)`", RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
