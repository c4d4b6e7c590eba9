using System.Diagnostics;

namespace Pipeline.Registry.Tests.Storage;

/// <summary>
/// A small memory file system; needs root, so the calling test is skipped where mounting is not allowed.
/// </summary>
internal sealed class TmpfsMount : IDisposable
{
    private TmpfsMount(string path) => Path = path;

    public string Path { get; }

    public static TmpfsMount TryCreate(string options, string? path = null)
    {
        path ??= System.IO.Path.Combine(System.IO.Path.GetTempPath(), "pipeline-mount-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(path);
        if (Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path) != 0)
        {
            Directory.Delete(path);
            Assert.Skip("mounting a tmpfs is not allowed here");
        }

        return new TmpfsMount(path);
    }

    public void Dispose()
    {
        _ = Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static int Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments)
                {
                    UseShellExecute = false,
                    RedirectStandardError = true,
                    RedirectStandardOutput = true,
                });
            process!.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return 127;
        }
    }
}
