using System.CommandLine;
using Pipeline.Data.Sanitization;

namespace Pipeline.Tools.Data;

/// <summary>What <c>data clean</c> looks for beside the fixed patterns, and what becomes of single classes.</summary>
internal static class PiiChoices
{
    private static readonly Option<FileInfo?> Names = new("--names")
    {
        Description = "file with given names, one a line; one of them before a capitalised word is a person",
    };
    private static readonly Option<FileInfo?> Words = new("--words")
    {
        Description = "file with words and phrases of your own that count as personal data, one a line",
    };
    private static readonly Option<string[]> Patterns = new("--pattern")
    {
        Description = "regular expression of your own, without back references and look-around; repeatable",
    };
    private static readonly Option<string[]> Classes = new("--pii-class")
    {
        Description = "CLASS=MODE for one class, such as US_SSN=drop; repeatable",
    };
    private static readonly Option<bool> Addresses = new("--private-addresses")
    {
        Description = "also take private and loopback network addresses",
    };

    static PiiChoices() => Classes.Validators.Add(result =>
    {
        foreach (var choice in (result.GetValueOrDefault<string[]>() ?? []).Where(choice => Parse(choice) is null))
        {
            result.AddError(
                $"--pii-class {choice}: write CLASS=MODE; classes: "
                    + string.Join(", ", Enum.GetValues<PiiType>().Select(PiiNames.Of)) + "; modes: "
                    + string.Join(", ", Enum.GetNames<PiiMode>()).ToLowerInvariant());
        }
    });

    public static Option[] All { get; } = [Names, Words, Patterns, Classes, Addresses];

    public static PiiOptions Read(ParseResult parsed) => new()
    {
        PublicAddressesOnly = !parsed.GetValue(Addresses),
        GivenNames = LinesOf(parsed.GetValue(Names)).ToHashSet(StringComparer.Ordinal),
        Words = LinesOf(parsed.GetValue(Words)),
        Patterns = parsed.GetValue(Patterns) ?? [],
    };

    public static Dictionary<PiiType, PiiMode> Modes(ParseResult parsed)
    {
        var modes = new Dictionary<PiiType, PiiMode>();
        foreach (var choice in parsed.GetValue(Classes) ?? [])
        {
            if (Parse(choice) is { } pair)
            {
                modes[pair.Type] = pair.Mode;
            }
        }

        return modes;
    }

    private static (PiiType Type, PiiMode Mode)? Parse(string choice)
    {
        var parts = choice.Split('=');
        var type = Array.FindIndex(
            Enum.GetValues<PiiType>(),
            value => PiiNames.Of(value).Equals(parts[0], StringComparison.OrdinalIgnoreCase));
        var mode = parts.Length == 2
            ? Array.FindIndex(
                Enum.GetNames<PiiMode>(), name => name.Equals(parts[1], StringComparison.OrdinalIgnoreCase))
            : -1;
        return type < 0 || mode < 0 ? null : ((PiiType)type, (PiiMode)mode);
    }

    private static string[] LinesOf(FileInfo? file) => file is null
        ? [] : [.. File.ReadLines(file.FullName).Select(line => line.Trim()).Where(line => line.Length > 0)];
}
