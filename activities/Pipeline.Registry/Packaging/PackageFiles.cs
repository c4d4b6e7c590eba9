using System.Text.Json;
using Pipeline.Registry.Models;

namespace Pipeline.Registry.Packaging;

/// <summary>
/// Which files may be in a package; everything else is refused, so no code and no second format of weights travels
/// along.
/// </summary>
public static class PackageFiles
{
    /// <summary>The card.</summary>
    public const string Card = "README.md";

    /// <summary>The list of files with digests that an unpacked package carries.</summary>
    public const string List = "MANIFEST.json";

    private const long MaxJsonBytes = 256 << 20;

    private static readonly HashSet<string> Common = new(StringComparer.Ordinal)
    {
        "added_tokens.json", "chat_template.jinja", "config.json", "generation_config.json", "merges.txt",
        "special_tokens_map.json",
        "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "vocab.json", "LICENSE", "NOTICE", Card,
    };

    private static readonly HashSet<string> Adapter =
        new(StringComparer.Ordinal) { "adapter_config.json", "adapter_model.safetensors" };

    private static readonly HashSet<string> Weights =
        new(StringComparer.Ordinal) { "model.safetensors", "model.safetensors.index.json" };

    /// <summary>Lists the files of a directory that become part of a package.</summary>
    /// <param name="directory">Directory of an adapter or a merged model.</param>
    /// <param name="kind">What it holds.</param>
    /// <returns>Absolute paths in ordinal order of the names.</returns>
    /// <exception cref="InvalidDataException">A file is not acceptable, or one that is needed is missing.</exception>
    public static IReadOnlyList<string> Find(string directory, PackageKind kind)
    {
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"{directory}: no such directory");
        }

        var paths = Directory.EnumerateFileSystemEntries(directory).Order(StringComparer.Ordinal)
            .Where(path => Path.GetFileName(path)[0] != '.').ToList();
        foreach (var path in paths)
        {
            CheckFile(path, kind);
        }

        string[] needed = kind == PackageKind.Adapter ? [.. Adapter] : ["config.json"];
        var missing = needed.Except(paths.Select(path => Path.GetFileName(path) ?? "")).ToList();
        if (kind == PackageKind.Merged
            && !paths.Exists(path => path.EndsWith(".safetensors", StringComparison.Ordinal)))
        {
            missing.Add("model.safetensors");
        }

        return missing.Count == 0 ? paths
            : throw new InvalidDataException(
                $"{directory}: {string.Join(", ", missing)} is missing; a package of kind {kind} needs it");
    }

    /// <summary>Whether a file name may be in a package of this kind.</summary>
    /// <param name="name">Name without a folder.</param>
    /// <param name="kind">What the package holds.</param>
    /// <returns>True when it may.</returns>
    public static bool IsAllowed(string name, PackageKind kind) =>
        Common.Contains(name)
            || (kind == PackageKind.Adapter ? Adapter.Contains(name) : Weights.Contains(name) || IsShard(name));

    private static bool IsShard(string name) =>
        name.Length == "model-00001-of-00002.safetensors".Length && name.StartsWith("model-", StringComparison.Ordinal)
            &&
        name.EndsWith(".safetensors", StringComparison.Ordinal) && name[11..15] == "-of-" &&
        name[6..11].All(char.IsAsciiDigit) && name[15..20].All(char.IsAsciiDigit);

    private static void CheckFile(string path, PackageKind kind)
    {
        var info = new FileInfo(path);
        if (!info.Exists || info.LinkTarget is not null || !IsAllowed(info.Name, kind))
        {
            var name = RegistryNames.Shown(info.Name);
            throw new InvalidDataException(
                $"{name}: not part of a package of kind {kind}; only safetensors, tokenizer and configuration files "
                    + $"are, never code or links");
        }

        if (info.Name.EndsWith(".json", StringComparison.Ordinal))
        {
            CheckJson(info);
        }
    }

    // `auto_map` names Python classes that other loaders would import from the package.
    private static void CheckJson(FileInfo file)
    {
        if (file.Length > MaxJsonBytes)
        {
            throw new InvalidDataException($"{file.Name}: {file.Length} bytes of JSON; the limit is {MaxJsonBytes}");
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("auto_map", out _))
            {
                throw new InvalidDataException(
                    $"{file.Name}: 'auto_map' asks for code from the model's files; it is never run and not packaged");
            }
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{file.Name}: not JSON: {exception.Message}", exception);
        }
    }
}
