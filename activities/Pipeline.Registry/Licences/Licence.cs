using System.Text.Json;

namespace Pipeline.Registry.Licences;

/// <summary>
/// A licence that the product knows: an SPDX id, or a <c>LicenseRef-</c> for model licences outside SPDX.
/// </summary>
/// <param name="Id">Id in expressions.</param>
/// <param name="Also">Other spellings, such as the ids of model hubs.</param>
/// <param name="Research">Decision for research use: allow, notice or block.</param>
/// <param name="Commercial">Decision for commercial use: allow, notice or block.</param>
/// <param name="Obligations">Duties that come with the licence.</param>
public sealed record Licence(
    string Id, IReadOnlyList<string> Also, string Research, string Commercial, IReadOnlyList<string> Obligations)
{
    private static readonly Dictionary<string, Licence> ByName = Load();

    /// <summary>Every known licence.</summary>
    public static IReadOnlyCollection<Licence> Known { get; } = [.. ByName.Values.Distinct()];

    /// <summary>Finds a licence.</summary>
    /// <param name="id">An SPDX id, a <c>LicenseRef-</c> id or a hub's id, in any case.</param>
    /// <returns>The licence, or null when it is unknown.</returns>
    public static Licence? Find(string id) => ByName.GetValueOrDefault(id.Trim());

    private static Dictionary<string, Licence> Load()
    {
        using var resource = LicenceMatrix.Resource("licences.json");
        var licences = JsonSerializer.Deserialize<List<Licence>>(resource, JsonSerializerOptions.Web)
            ?? throw new InvalidDataException("the licence table is empty");
        var byName = new Dictionary<string, Licence>(StringComparer.OrdinalIgnoreCase);
        foreach (var licence in licences)
        {
            foreach (var name in licence.Also.Append(licence.Id).Distinct(StringComparer.OrdinalIgnoreCase))
            {
                byName.Add(name, licence);
            }
        }

        return byName;
    }
}
