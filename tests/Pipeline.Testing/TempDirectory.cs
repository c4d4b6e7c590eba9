namespace Pipeline.Testing;

/// <summary>A fresh directory under the system's temporary folder, removed on dispose.</summary>
public sealed class TempDirectory : IDisposable
{
    /// <summary>Absolute path of the directory.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("pipeline-test-").FullName;

    /// <summary>The absolute path of an entry of the directory.</summary>
    /// <param name="parts">Path parts below the directory.</param>
    /// <returns>The joined path; nothing is created.</returns>
    public string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A process under test may still hold a file; the system cleans its temporary folder.
        }
    }
}
