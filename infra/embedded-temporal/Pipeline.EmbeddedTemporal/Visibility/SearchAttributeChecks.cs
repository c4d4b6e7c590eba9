using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.EmbeddedTemporal.Visibility;

// Names, types and sizes of search attributes that a request brings.
internal static class SearchAttributeChecks
{
    public static readonly IReadOnlyDictionary<string, IndexedValueType> Predefined =
        new Dictionary<string, IndexedValueType>(StringComparer.Ordinal)
        {
            ["BatcherNamespace"] = IndexedValueType.Keyword,
            ["BatcherUser"] = IndexedValueType.Keyword,
            ["BinaryChecksums"] = IndexedValueType.KeywordList,
            ["BuildIds"] = IndexedValueType.KeywordList,
            ["TemporalChangeVersion"] = IndexedValueType.KeywordList,
            ["TemporalNamespaceDivision"] = IndexedValueType.Keyword,
            ["TemporalPauseInfo"] = IndexedValueType.KeywordList,
            ["TemporalScheduledById"] = IndexedValueType.Keyword,
            ["TemporalScheduledStartTime"] = IndexedValueType.Datetime,
            ["TemporalSchedulePaused"] = IndexedValueType.Bool,
            ["TemporalWorkerDeployment"] = IndexedValueType.Keyword,
            ["TemporalWorkerDeploymentVersion"] = IndexedValueType.Keyword,
            ["TemporalWorkflowVersioningBehavior"] = IndexedValueType.Keyword,
        };

    public static IndexedValueType? TypeOf(NamespaceEntry ns, string name) =>
        ns.SearchAttributes.TryGetValue(name, out var type) || Predefined.TryGetValue(name, out type) ? type : null;

    public static string? Problem(NamespaceEntry ns, SearchAttributes? attributes)
    {
        if (attributes is null) return null;
        if (attributes.IndexedFields.Count > Limits.SearchAttributeKeys)
            return $"number of search attributes {attributes.IndexedFields.Count} exceeds limit "
                + $"{Limits.SearchAttributeKeys}";
        foreach (var (name, payload) in attributes.IndexedFields)
        {
            if (TypeOf(ns, name) is not { } type)
                return $"Namespace {ns.Name} has no mapping defined for search attribute {name}";
            if (payload.Data.Length > Limits.SearchAttributeValueBytes)
                return $"search attribute {name} value size {payload.Data.Length} exceeds size limit "
                    + $"{Limits.SearchAttributeValueBytes}";
            if (!AttributeJson.IsUnset(payload) && Mismatch(type, payload) is { } value)
                return $"invalid value for search attribute {name} of type {type}: {value}";
        }

        return attributes.CalculateSize() > Limits.SearchAttributeTotalBytes
            ? $"total size of search attributes exceeds size limit {Limits.SearchAttributeTotalBytes}" : null;
    }

    public static SearchAttributes WithTypes(NamespaceEntry ns, SearchAttributes attributes)
    {
        var typed = attributes.Clone();
        foreach (var (name, payload) in typed.IndexedFields)
        {
            if (TypeOf(ns, name) is { } type) payload.Metadata["type"] = ByteString.CopyFromUtf8(type.ToString());
        }

        return typed;
    }

    private static string? Mismatch(IndexedValueType type, Payload payload)
    {
        try
        {
            var node = JsonNode.Parse(payload.Data.Span);
            if (type == IndexedValueType.KeywordList)
                return node is JsonArray or JsonValue ? null : node?.ToJsonString();
            var value = node is JsonArray { Count: 1 } list ? list[0] : node;
            var kind = value?.GetValueKind();
            var fits = type switch
            {
                IndexedValueType.Bool => kind is JsonValueKind.True or JsonValueKind.False,
                IndexedValueType.Int => kind == JsonValueKind.Number && long.TryParse(value!.ToJsonString(), out _),
                IndexedValueType.Double => kind == JsonValueKind.Number,
                IndexedValueType.Datetime => kind == JsonValueKind.String
                    && DateTime.TryParse(value!.GetValue<string>(), out _),
                _ => kind == JsonValueKind.String,
            };
            return fits ? null : kind == JsonValueKind.String
                ? value!.GetValue<string>() : value?.ToJsonString() ?? "null";
        }
        catch (JsonException)
        {
            return payload.Data.ToStringUtf8();
        }
    }
}
