using System.Text;

namespace Pipeline.Data.Ingest.Debian;

/// <summary>Streams the stanzas of a Debian control file; keeps only the wanted fields.</summary>
internal sealed class ControlFileReader(string path, IReadOnlySet<string> wanted)
{
    public long BytesRead { get; private set; }

    public IEnumerable<ControlStanza> Read()
    {
        using var reader = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true), false, 1 << 16);
        var (fields, key, keep, lineNumber, first) = (New(), "", false, 0L, 1L);
        string? problem = null;
        var any = false;
        while (ReadLine(reader, lineNumber) is { } line)
        {
            lineNumber++;
            BytesRead += line.Length + 1;
            if (line.Length == 0)
            {
                if (any)
                {
                    yield return new ControlStanza(path, first, fields, problem);
                }

                (fields, key, keep, problem, any) = (New(), "", false, null, false);
                first = lineNumber + 1;
            }
            else if (line[0] is ' ' or '\t')
            {
                if (keep)
                {
                    fields[key] += "\n" + line;
                }
                else if (key.Length == 0)
                {
                    problem ??= $"line {lineNumber} continues a field, but none came before";
                }

                any = true;
            }
            else
            {
                any = true;
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                if (colon <= 0)
                {
                    problem ??= $"line {lineNumber} is no 'Field: value'";
                    continue;
                }

                key = line[..colon];
                keep = wanted.Contains(key);
                if (keep && !fields.TryAdd(key, line[(colon + 1)..].Trim()))
                {
                    problem ??= $"line {lineNumber} repeats the field {key}";
                }
            }
        }

        if (any)
        {
            yield return new ControlStanza(path, first, fields, problem);
        }
    }

    private string? ReadLine(StreamReader reader, long after)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException(
                $"{path}: line {after + 1} or later is not UTF-8: {exception.Message}; fetch the index again",
                exception);
        }
    }

    private static Dictionary<string, string> New() => new(StringComparer.Ordinal);
}
