namespace Pipeline.Data.Readers;

/// <summary>
/// Streams the rows of one source: expands, sniffs, finds the format, validates every row and quarantines bad ones.
/// </summary>
public static class RowReader
{
    /// <summary>Reads a source with bounded memory.</summary>
    /// <param name="source">Where the rows come from.</param>
    /// <param name="options">Format and limits.</param>
    /// <param name="quarantine">Receives refused rows and counts; call <see cref="QuarantineLog.EnsureWithinBudget"/>
    /// after the last source.</param>
    /// <returns>Sound rows in file order.</returns>
    /// <exception cref="DataInputException">The source as a whole cannot be read, or the quarantine budget is used
    /// up.</exception>
    public static IEnumerable<SourceRow> Read(RowSource source, ReaderOptions options, QuarantineLog quarantine)
    {
        var any = false;
        foreach (var row in ReadFormat(source, options, quarantine))
        {
            any = true;
            quarantine.Accept();
            yield return row;
        }

        quarantine.AddSource(source.Name, !any && quarantine.Rows.All(r => r.File != source.Name));
    }

    /// <summary>Reads files one after the other and judges the quarantine budget at the end.</summary>
    /// <param name="paths">Existing files.</param>
    /// <param name="options">Format and limits; null for the defaults.</param>
    /// <param name="quarantine">Receives refused rows; null for one with default budgets.</param>
    /// <returns>Sound rows in order.</returns>
    /// <exception cref="DataInputException">A file cannot be read, all are empty, or too many rows were
    /// refused.</exception>
    public static IEnumerable<SourceRow> ReadFiles(
        IEnumerable<string> paths, ReaderOptions? options = null, QuarantineLog? quarantine = null)
    {
        options ??= new ReaderOptions();
        quarantine ??= new QuarantineLog();
        foreach (var path in paths)
        {
            foreach (var row in Read(RowSource.FromFile(path), options, quarantine)) yield return row;
        }

        quarantine.EnsureWithinBudget();
    }

    private static IEnumerable<SourceRow> ReadFormat(RowSource source, ReaderOptions options, QuarantineLog quarantine)
    {
        if (options.Format == RowFormat.Parquet
            || (options.Format == RowFormat.Auto
                && source.Name.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase)))
        {
            foreach (var row in ParquetRowReader.Read(source, options, quarantine)) yield return row;
            yield break;
        }

        using var stream = SourceStream.Open(source, options);
        var head = stream.Peek(512);
        if (head.Length == 0) yield break;
        if (FileSniffer.NameOf(head) is { } content)
        {
            throw new DataInputException(
                "E-ING-CONTENT",
                $"{source.Name}: the content is {content}, not rows of text. Nothing was read; give the file its "
                    + $"right name or convert it.");
        }

        if (FileSniffer.WideEncodingOf(head) is { } encoding)
        {
            throw new DataInputException(
                "E-ING-ENCODING",
                $"{source.Name}: the file is {encoding}; rows are UTF-8. Convert it with: iconv -f {encoding} -t "
                    + $"UTF-8 FILE > NEW");
        }

        stream.SkipByteOrderMark();
        var rows = FormatOf(source.Name, stream.Peek(512), options) switch
        {
            RowFormat.Json => JsonArrayRowReader.Read(stream, source.Name, options, quarantine),
            RowFormat.Csv => CsvRowReader.Read(stream, source.Name, options, quarantine),
            RowFormat.Text => TextRowReader.Read(stream, source.Name, options, quarantine),
            _ => JsonlRowReader.Read(stream, source.Name, options, quarantine),
        };
        foreach (var row in rows) yield return row;
    }

    private static RowFormat FormatOf(string name, ReadOnlySpan<byte> head, ReaderOptions options)
    {
        var isArray = head.TrimStart(" \r\n\t"u8).StartsWith("["u8);
        var plain = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        plain = plain.EndsWith(".zst", StringComparison.OrdinalIgnoreCase) ? plain[..^4] : plain;
        var format = options.Format != RowFormat.Auto
            ? options.Format : Path.GetExtension(plain).ToLowerInvariant() switch
            {
                ".jsonl" or ".ndjson" => RowFormat.Jsonl,
                ".json" => isArray ? RowFormat.Json : RowFormat.Jsonl,
                ".csv" or ".tsv" => RowFormat.Csv,
                ".txt" or ".text" or ".md" => RowFormat.Text,
                _ => isArray ? RowFormat.Json : head.TrimStart(" \r\n\t"u8).StartsWith("{"u8)
                    ? RowFormat.Jsonl : RowFormat.Text,
            };
        return format != RowFormat.Jsonl || !isArray ? format : throw new DataInputException(
            "E-ING-FORMAT",
            $"{name}: looks like a JSON array, not one object a line; nothing was read. Use --format json.");
    }
}
