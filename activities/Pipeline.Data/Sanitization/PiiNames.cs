namespace Pipeline.Data.Sanitization;

/// <summary>Names of the classes in texts and reports.</summary>
public static class PiiNames
{
    private static readonly string[] Names = [.. Enum.GetNames<PiiType>().Select(name =>
        string.Concat(
            name.Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString())))];

    /// <summary>The name of a class in upper snake case, such as <c>CREDIT_CARD</c>.</summary>
    /// <param name="type">The class.</param>
    /// <returns>Its name.</returns>
    public static string Of(PiiType type) => Names[(int)type];
}
