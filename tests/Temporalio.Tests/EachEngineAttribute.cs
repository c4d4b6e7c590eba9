using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Temporalio.Tests;

/// <summary>
/// Runs a theory on the embedded and on the real server; the engine's name is its first argument,
/// <paramref name="more"/> are the others.
/// </summary>
/// <param name="more">Further arguments of the theory.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class EachEngineAttribute(params object[] more) : DataAttribute
{
    /// <summary>Why the embedded server is left out; null runs it.</summary>
    public string? NotEmbedded { get; set; }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(
        MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([new TheoryDataRow(["embedded", .. more]) { Skip = NotEmbedded }, new TheoryDataRow(["real", .. more])]);

    /// <inheritdoc/>
    public override bool SupportsDiscoveryEnumeration() => true;
}
