namespace Pipeline.Llm.Training.Diagnostics;

/// <summary>Finds modules that no longer receive any gradient ("dying adapters").</summary>
/// <remarks>At the first step the gradient of A is exactly zero, because B is; so a module counts as silent only when
/// all of its tensors are.</remarks>
public static class SilentModules
{
    /// <summary>Counts another step.</summary>
    /// <param name="before">Steps in a row without gradient, by module.</param>
    /// <param name="norms">Gradient norm of each parameter of this step.</param>
    /// <returns>The new counts; modules with a gradient are not listed.</returns>
    public static IReadOnlyDictionary<string, int> Count(
        IReadOnlyDictionary<string, int> before, IReadOnlyList<(string Name, double Norm)> norms) =>
        norms.GroupBy(item => ModuleOf(item.Name), StringComparer.Ordinal)
            .Where(static group => group.All(static item => item.Norm == 0))
            .ToDictionary(group => group.Key, group => before.GetValueOrDefault(group.Key) + 1, StringComparer.Ordinal);

    /// <summary>Alerts for modules that have just become silent for long enough.</summary>
    /// <param name="counts">From <see cref="Count"/>.</param>
    /// <param name="limit">Steps in a row.</param>
    /// <returns>One sentence a module, once.</returns>
    public static IEnumerable<string> Alerts(IReadOnlyDictionary<string, int> counts, int limit) =>
        from count in counts
        where count.Value == limit
        orderby count.Key
        select $"{count.Key} has had no gradient for {limit} steps: it learns nothing";

    /// <summary>The module that a tensor belongs to.</summary>
    /// <param name="parameter">Name of a tensor.</param>
    /// <returns>The part before <c>.lora_</c>, or before the last dot.</returns>
    public static string ModuleOf(string parameter)
    {
        var cut = parameter.IndexOf(".lora_", StringComparison.Ordinal);
        cut = cut < 0 ? parameter.LastIndexOf('.') : cut;
        return cut < 0 ? parameter : parameter[..cut];
    }
}
