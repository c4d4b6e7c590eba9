using Pipeline.Activities.Running;
using Pipeline.Workflows;
using Temporalio.Exceptions;

namespace Pipeline.Activities.Models;

/// <summary>
/// Finds the folder of a base model: shipped with the product, or any folder with a Hugging Face model.
/// </summary>
/// <param name="paths">Folders of the worker.</param>
public sealed class BaseModelFolder(WorkerPaths paths)
{
    /// <summary>The folder.</summary>
    /// <param name="name">Name of a shipped model, or a folder.</param>
    /// <returns>Absolute path.</returns>
    /// <exception cref="ApplicationFailureException">There is no such model.</exception>
    public string Find(string name)
    {
        var shipped =
            Path.Combine(paths.Root, "infra", "models", Path.GetFileName(Path.TrimEndingDirectorySeparator(name)));
        var folder = Directory.Exists(name) ? Path.GetFullPath(name) : shipped;
        return File.Exists(Path.Combine(folder, "config.json"))
            ? folder
            : throw new ApplicationFailureException(
                $"base model '{name}' is neither shipped ({string.Join(", ", Shipped())}) nor a folder with "
                    + "config.json", ErrorTypes.NotFound, nonRetryable: true);
    }

    /// <summary>Licence that the card of a model names in its front matter.</summary>
    /// <param name="folder">Folder of the model.</param>
    /// <returns>The licence, or empty when the card names none.</returns>
    public static string LicenceOf(string folder)
    {
        var card = Path.Combine(folder, "README.md");
        var line = File.Exists(card) ? File.ReadLines(card)
            .FirstOrDefault(text => text.StartsWith("license:", StringComparison.OrdinalIgnoreCase)) : null;
        return line is null ? "" : line["license:".Length..].Trim().Trim('"', '\'');
    }

    /// <summary>Whether a folder comes with the product.</summary>
    /// <param name="folder">Absolute path.</param>
    /// <returns>True below <c>infra/models</c>.</returns>
    public bool IsShipped(string folder) =>
        Path.GetDirectoryName(folder) == Path.Combine(paths.Root, "infra", "models");

    private IEnumerable<string?> Shipped()
    {
        var folder = Path.Combine(paths.Root, "infra", "models");
        return Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Select(Path.GetFileName) : [];
    }
}
