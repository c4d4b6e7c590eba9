using System.Security.Cryptography;
using System.Text;
using DuckDB.NET.Data;

namespace Pipeline.Data.Readers;

/// <summary>Reads Parquet through DuckDB, each row as JSON, in file order.</summary>
internal static class ParquetRowReader
{
    public static IEnumerable<SourceRow> Read(RowSource source, ReaderOptions options, QuarantineLog quarantine)
    {
        DuckDbLibrary.EnsureLoaded();
        var path = source.LocalPath ?? CopyToTemporary(source);
        try
        {
            CheckMagic(path, source.Name);
            var validator = new RowValidator(options);
            long number = 0;
            foreach (var row in Rows(path, source.Name))
            {
                number++;
                var fault = row.Length > options.MaxRowBytes
                    ? new RowFault("E-ROW-SIZE", $"the row is longer than {options.MaxRowBytes} bytes", 0)
                    : validator.Check(row);
                if (fault is { } found)
                {
                    quarantine.Add(
                        new QuarantinedRow(source.Name, number, -1, found.Code, found.Reason,
                            Convert.ToHexStringLower(SHA256.HashData(row))));
                    continue;
                }

                yield return new SourceRow(source.Name, number, -1, row);
            }
        }
        finally
        {
            if (source.LocalPath is null) File.Delete(path);
        }
    }

    private static IEnumerable<byte[]> Rows(string path, string name)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var setting = connection.CreateCommand();
        setting.CommandText =
            "SET autoinstall_known_extensions=false; SET autoload_known_extensions=false; SET memory_limit='1GB'; SET "
                + "threads=1; SET TimeZone='UTC'";
        setting.ExecuteNonQuery();
        using var command = connection.CreateCommand();
        command.UseStreamingMode = true;
        command.CommandText =
            "SELECT CAST(to_json(row_of_the_file) AS VARCHAR) FROM read_parquet($path) AS row_of_the_file";
        command.Parameters.Add(new DuckDBParameter("path", path));
        DuckDBDataReader reader;
        try
        {
            reader = command.ExecuteReader();
        }
        catch (DuckDBException exception)
        {
            throw new DataInputException("E-ING-PARQUET", $"{name}: {exception.Message.Truncated()}");
        }

        using (reader)
        {
            while (Next(reader, name)) yield return Encoding.UTF8.GetBytes(reader.GetString(0));
        }
    }

    private static bool Next(DuckDBDataReader reader, string name)
    {
        try
        {
            return reader.Read();
        }
        catch (DuckDBException exception)
        {
            throw new DataInputException("E-ING-PARQUET", $"{name}: {exception.Message.Truncated()}");
        }
    }

    private static void CheckMagic(string path, string name)
    {
        using var file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        if (file.ReadAtLeast(magic, 4, throwOnEndOfStream: false) < 4 || !magic.SequenceEqual("PAR1"u8))
        {
            throw new DataInputException(
                "E-ING-CONTENT",
                $"{name}: the content is {FileSniffer.NameOf(magic) ?? "no Parquet file"}. Nothing was read; give the "
                    + $"file its right name.");
        }
    }

    private static string CopyToTemporary(RowSource source)
    {
        var path = Path.Combine(Path.GetTempPath(), $"pipeline-{Guid.NewGuid():N}.parquet");
        using var target = File.Create(path);
        using var content = source.Open();
        content.CopyTo(target);
        return path;
    }
}
