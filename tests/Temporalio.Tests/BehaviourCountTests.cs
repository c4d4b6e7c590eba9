using System.Reflection;

namespace Temporalio.Tests;

/// <summary>
/// How many distinct behaviours run on each engine: a test method counts once, however many rows it has.
/// </summary>
public sealed class BehaviourCountTests
{
    private const int Promised = 120;

    [Fact]
    public void Behaviours_OfEachEngine_AreAsManyAsPromised()
    {
        var methods = Assembly.GetExecutingAssembly().GetTypes()
            .SelectMany(
                type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Select(method => method.GetCustomAttributes<EachEngineAttribute>().ToList())
            .Where(attributes => attributes.Count > 0)
            .ToList();
        var embedded = methods.Count(attributes => attributes.Exists(attribute => attribute.NotEmbedded is null));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"behaviours: {methods.Count} on the real server, {embedded} on the embedded server");
        methods.Count.ShouldBeGreaterThanOrEqualTo(Promised);
        embedded.ShouldBeGreaterThanOrEqualTo(Promised);
    }
}
