namespace Pipeline.Registry.Licences;

/// <summary>
/// The committed table: base licence × data licence × use → decision. A reviewed decision is a line of the table.
/// </summary>
public static class LicenceMatrix
{
    private static readonly Dictionary<(string Base, string Data, LicenceUse Use), LicenceDecision> Cells = Load();

    /// <summary>Number of cells.</summary>
    public static int Count => Cells.Count;

    /// <summary>Every cell.</summary>
    public static IEnumerable<(string Base, string Data, LicenceUse Use, LicenceDecision Decision)> All =>
        Cells.Select(cell => (cell.Key.Base, cell.Key.Data, cell.Key.Use, cell.Value));

    /// <summary>Looks a pair up.</summary>
    /// <param name="baseLicence">Id of a base licence.</param>
    /// <param name="dataLicence">Id of a data licence.</param>
    /// <param name="use">The use.</param>
    /// <returns>The decision, or null when the table has no such pair.</returns>
    public static LicenceDecision? Find(string baseLicence, string dataLicence, LicenceUse use) =>
        Cells.TryGetValue((baseLicence, dataLicence, use), out var decision) ? decision : null;

    internal static Stream Resource(string name) =>
        typeof(LicenceMatrix).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidDataException($"resource {name} is missing");

    private static Dictionary<(string Base, string Data, LicenceUse Use), LicenceDecision> Load()
    {
        using var reader = new StreamReader(Resource("licence-matrix.csv"));
        var cells = new Dictionary<(string Base, string Data, LicenceUse Use), LicenceDecision>();
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var part = line.Split(',');
            cells.Add((part[0], part[1], Enum.Parse<LicenceUse>(part[2], ignoreCase: true)), part[3] switch
            {
                "allow" => LicenceDecision.Allow,
                "allow-with-notice" => LicenceDecision.AllowWithNotice,
                "block" => LicenceDecision.Block,
                _ => throw new InvalidDataException($"licence table: unknown decision in '{line}'"),
            });
        }

        return cells;
    }
}
