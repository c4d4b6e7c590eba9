using Pipeline.EmbeddedTemporal.Visibility;

namespace Pipeline.EmbeddedTemporal.History;

// The system search attribute BuildIds: which builds have worked on a run.
internal static class BuildIdAttributes
{
    private const string Name = "BuildIds";

    public static void Add(RunState state, string buildId)
    {
        var values = state.SearchAttributes.IndexedFields.TryGetValue(Name, out var payload)
            ? AttributeJson.Strings(payload)
            : [];
        foreach (var value in buildId.Length > 0 ? new[] { "unversioned", "unversioned:" + buildId } : ["unversioned"])
        {
            if (!values.Contains(value)) values.Add(value);
        }

        state.SearchAttributes.IndexedFields[Name] = AttributeJson.Payload(values, IndexedValueType.KeywordList);
    }
}
