using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Pipeline.Evaluation.Gates;

/// <summary>Gate sets as YAML.</summary>
public static partial class GateSetYaml
{
    private static readonly string[] Purposes = ["task", "domain", "style"];

    /// <summary>Names of the built-in sets, one for each purpose of a fine-tune.</summary>
    public static IReadOnlyList<string> BuiltIn => Purposes;

    /// <summary>A built-in set.</summary>
    /// <param name="purpose"><c>task</c>, <c>domain</c> or <c>style</c>.</param>
    /// <returns>The set.</returns>
    /// <exception cref="ArgumentException">There is no such set.</exception>
    public static GateSet ForPurpose(string purpose)
    {
        using var stream = typeof(GateSetYaml).Assembly.GetManifestResourceStream($"gates.{purpose}.yaml")
            ?? throw new ArgumentException(
                $"there is no gate set '{purpose}'; use one of {string.Join(", ", Purposes)}, or a file",
                nameof(purpose));
        using var reader = new StreamReader(stream);
        return Read(reader.ReadToEnd(), purpose);
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">A YAML file.</param>
    /// <returns>The set.</returns>
    /// <exception cref="FormatException">The file is no gate set; the message names the line and every wrong
    /// value.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static GateSet Load(string path) => File.Exists(path) ? Read(File.ReadAllText(path), path)
        : throw new FileNotFoundException(
            $"there is no gate set '{path}'; name a YAML file, or one of {string.Join(", ", Purposes)}");

    /// <summary>Reads a text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <returns>The set.</returns>
    /// <exception cref="FormatException">The text is no gate set.</exception>
    public static GateSet Read(string yaml, string source)
    {
        var deserializer = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance)
            .WithDuplicateKeyChecking().Build();
        GateSetFile file;
        try
        {
            file = deserializer.Deserialize<GateSetFile>(yaml)
                ?? throw new FormatException($"{source} is empty; a gate set needs name and rules");
        }
        catch (YamlException exception)
        {
            throw new FormatException(
                $"{source}, line {exception.Start.Line}: {Words((exception.InnerException ?? exception).Message)}",
                exception);
        }

        var problems = GateSetCheck.Problems(file);
        return problems.Count == 0
            ? file.ToGateSet() : throw new FormatException($"{source}: {string.Join("; ", problems)}");
    }

    // The reader speaks of its own types; people know the fields of the file.
    private static string Words(string message) => UnknownField().Match(message) is { Success: true } match
        ? $"the field '{match.Groups[1].Value}' is not known here" : message;

    /// <summary>Writes a set; equal sets give equal text.</summary>
    /// <param name="gates">The set.</param>
    /// <returns>YAML.</returns>
    public static string Write(GateSet gates) =>
        new SerializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).DisableAliases().Build()
            .Serialize(gates).ReplaceLineEndings("\n");

    [GeneratedRegex("^Property '(.+)' not found on type")]
    private static partial Regex UnknownField();
}
