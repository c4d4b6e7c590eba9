using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Hosting.Configuration;
using Pipeline.Registry.Models;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.Directories;
using Pipeline.Registry.Storage.S3;

namespace Pipeline.Tools.Registry;

/// <summary>Options that every registry command has, and what they lead to.</summary>
internal static class RegistryOptions
{
    public static readonly Option<string?> Store = new("--store")
    {
        Description = "a folder or s3://BUCKET/PREFIX (default: the store of temporal.yaml)",
        Recursive = true,
    };

    private static readonly JsonSerializerOptions Indented = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public static ModelRegistry Open(ParseResult parsed) => new(OpenStore(parsed.GetValue(Store)));

    public static IObjectStore OpenStore(string? given)
    {
        var settings = Settings().Store;
        if (given is null)
        {
            return settings.Kind == StoreKind.Directory
                ? new DirectoryObjectStore(Path.Combine(Root(), settings.Path))
                : OpenS3(settings.S3.Bucket, settings.S3.Prefix, settings.S3);
        }

        if (!given.StartsWith("s3://", StringComparison.Ordinal))
        {
            return Directory.Exists(given) ? new DirectoryObjectStore(given)
                : throw new DirectoryNotFoundException(
                    $"{given}: no such store; give an existing folder or s3://BUCKET/PREFIX");
        }

        var (bucket, slash) = (given[5..], given.IndexOf('/', 5));
        return slash < 0 ? OpenS3(bucket, "", settings.S3) : OpenS3(given[5..slash], given[(slash + 1)..], settings.S3);
    }

    public static void Print<T>(T value) => Console.WriteLine(JsonSerializer.Serialize(value, Indented));

    public static void PrintTable(string[] head, IEnumerable<string[]> rows)
    {
        List<string[]> lines = [head, .. rows];
        var widths = head.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
        {
            Console.WriteLine(
                string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    private static S3ObjectStore OpenS3(string bucket, string prefix, S3Settings settings) => new(new S3StoreOptions
    {
        Bucket = bucket,
        Prefix = prefix,
        Region = settings.Region,
        AllowInsecure = settings.AllowInsecure,
        Endpoint = settings.Endpoint.Length == 0 ? null : new Uri(settings.Endpoint),
    });

    private static PipelineSettings Settings()
    {
        var file = Path.Combine(Root(), "temporal.yaml");
        return SettingsLoader.Load(File.Exists(file) ? file : null).Settings;
    }

    // The entry script sets PIPELINE_ROOT; without it the assembly's own checkout counts.
    private static string Root()
    {
        if (Environment.GetEnvironmentVariable("PIPELINE_ROOT") is { Length: > 0 } given)
        {
            return given;
        }

        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? Directory.GetCurrentDirectory();
    }
}
