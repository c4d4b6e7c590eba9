using System.Reflection;
using System.Runtime.InteropServices;

namespace Pipeline.Data.Readers;

/// <summary>
/// Finds DuckDB's native library: beside a published application, else in the package folder the build recorded.
/// </summary>
internal static class DuckDbLibrary
{
    private static readonly Lazy<bool> Loaded = new(Load);

    public static void EnsureLoaded() => _ = Loaded.Value;

    private static bool Load()
    {
        var file = OperatingSystem.IsWindows() ? "duckdb.dll" : OperatingSystem.IsMacOS()
            ? "libduckdb.dylib" : "libduckdb.so";
        var platform = OperatingSystem.IsMacOS()
            ? "osx" : $"{(OperatingSystem.IsWindows() ? "win" : "linux")}"
                + $"-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        var package = typeof(DuckDbLibrary).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(a => a.Key == "DuckDbPackage")?.Value;
        string[] places =
            [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", platform, "native"),
                Path.Combine(package ?? string.Empty, "runtimes", platform, "native")];
        var path = places.Select(p => Path.Combine(p, file)).FirstOrDefault(File.Exists)
            ?? throw new DataInputException(
                "E-ENV-DUCKDB",
                $"Parquet needs DuckDB's native library {file}, which is in none of: {string.Join(", ", places)}. "
                    + $"Restore the packages again, or publish with it.");

        // Loaded by path once, it is found by its plain name afterwards.
        NativeLibrary.Load(path);
        return true;
    }
}
