using System.Text;
using System.Text.Json;

namespace Pipeline.Data.Formats;

/// <summary>
/// The JSON schemas (draft 2020-12) of the row formats, for editors and for programs that write rows.
/// </summary>
/// <remarks>
/// Readers check more than a schema can say: that nobody answers before somebody asks, that labels are their ids, that
/// both answers of a preference differ.
/// </remarks>
public static class RowSchema
{
    /// <summary>Name of a format in files and on the command line.</summary>
    /// <param name="format">A format.</param>
    /// <returns>Such as <c>share-gpt</c>.</returns>
    public static string Name(DataFormat format) => JsonNamingPolicy.KebabCaseLower.ConvertName(format.ToString());

    /// <summary>The schema of a format.</summary>
    /// <param name="format">A format.</param>
    /// <returns>JSON text.</returns>
    public static string Of(DataFormat format)
    {
        var name = $"{Name(format)}.schema.json";
        using var stream = typeof(RowSchema).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the assembly lacks the resource {name}");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
