using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Ingest.Debian;

/// <summary>Turns stanzas of Packages files into packages; the first record of a name wins.</summary>
internal sealed partial class DebianPackageReader(IReadOnlyList<string> files, bool skipTransitional)
{
    private static readonly HashSet<string> Wanted = new(StringComparer.Ordinal)
    {
        "Package", "Source", "Version", "Section", "Description", "Description-md5", "Maintainer", "Homepage", "Tag",
    };

    public long BytesRead { get; private set; }

    public IEnumerable<(DebianPackage Package, string DescriptionMd5)> Read(RowLedger rows)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var file = 0; file < files.Count; file++)
        {
            var reader = new ControlFileReader(files[file], Wanted);
            foreach (var stanza in reader.Read())
            {
                rows.Take(file);
                var name = stanza["Package"];
                if (stanza.Problem is not null || name.Length == 0)
                {
                    rows.SetAside();
                }
                else if (!seen.Add(name))
                {
                    rows.Remove("duplicate-name");
                }
                else if (Parse(stanza) is { Description.Length: > 0, Section.Length: > 0 } package)
                {
                    if (skipTransitional && Transitional().IsMatch(package.Description))
                    {
                        rows.Remove("transitional");
                    }
                    else
                    {
                        yield return (package, stanza["Description-md5"]);
                    }
                }
                else
                {
                    rows.Remove("no-description-or-section");
                }
            }

            BytesRead += reader.BytesRead;
        }
    }

    /// <summary>5 % test, 3 % holdout, the rest train; over source packages, so that siblings stay together.</summary>
    public static DebianSplit SplitOf(string source)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(source), hash);
        return (BinaryPrimitives.ReadUInt32BigEndian(hash) % 100) switch
        {
            < 5 => DebianSplit.Test,
            < 8 => DebianSplit.Holdout,
            _ => DebianSplit.Train,
        };
    }

    private static DebianPackage Parse(ControlStanza stanza)
    {
        var name = stanza["Package"];
        var source = stanza["Source"] is { Length: > 0 } given ? given.Split(' ', '(')[0] : name;
        var section = stanza["Section"];
        var slash = section.LastIndexOf('/');
        return new DebianPackage
        {
            Name = name,
            Source = source,
            Version = stanza["Version"],
            Section = section[(slash + 1)..],
            Area = slash < 0 ? "main" : section[..slash],
            Description = string.Join(' ',
                stanza["Description"].Split('\n')[0].Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)),
            Maintainer = stanza["Maintainer"],
            Homepage = stanza["Homepage"],
            Tags = [.. stanza["Tag"].Split([',', ' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries)
                .Where(tag => !tag.EndsWith("::TODO", StringComparison.Ordinal))],
            Split = SplitOf(source),
        };
    }

    [GeneratedRegex("transitional|dummy package", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Transitional();
}
