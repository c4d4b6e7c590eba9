using Pipeline.EmbeddedTemporal.Visibility;

namespace Pipeline.EmbeddedTemporal.History;

// The system search attribute BuildIds: which builds have worked on a run, and the version it is pinned to.
internal static class BuildIdAttributes
{
    public const string Name = "BuildIds";
    private const string PinnedPrefix = "pinned:";

    public static void Add(RunState state, string buildId)
    {
        var values = Values(state);
        IEnumerable<string> added = buildId.Length == 0 ? ["unversioned"] : state.Version is null
            ? ["unversioned", "unversioned:" + buildId] : ["unversioned:" + buildId];
        foreach (var value in added)
        {
            if (!values.Contains(value)) values.Add(value);
        }

        Set(state, values);
    }

    public static void SetPinned(RunState state, string? version)
    {
        var values = Values(state);
        var removed = values.RemoveAll(v => v.StartsWith(PinnedPrefix, StringComparison.Ordinal));
        if (version is not null) values.Insert(0, PinnedPrefix + version);
        else if (removed == 0) return;
        Set(state, values);
    }

    private static List<string> Values(RunState state) =>
        state.SearchAttributes.IndexedFields.TryGetValue(Name, out var payload) ? AttributeJson.Strings(payload) : [];

    private static void Set(RunState state, List<string> values) =>
        state.SearchAttributes.IndexedFields[Name] = AttributeJson.Payload(values, IndexedValueType.KeywordList);
}
