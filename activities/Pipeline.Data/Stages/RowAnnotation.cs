using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Data.Stages;

/// <summary>The fields of a row that tell which person gave it a label or an answer, and when.</summary>
public static class RowAnnotation
{
    /// <summary>Name of the field with the person.</summary>
    public const string Annotator = "_annotator";

    /// <summary>Name of the field with the time, UTC, ISO 8601.</summary>
    public const string AnnotatedAt = "_annotated_at";

    /// <summary>Puts both into a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="by">The person.</param>
    /// <param name="at">When.</param>
    public static void Put(JsonObject row, string by, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(row);
        row[Annotator] = by;
        row[AnnotatedAt] = at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
    }
}
