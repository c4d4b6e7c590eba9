using System.Runtime.InteropServices;

namespace Pipeline.Registry.Storage.Directories;

/// <summary>The few system calls that .NET does not expose: exact rename and link, and fsync of a directory.</summary>
internal static partial class Posix
{
    public const int NoEntry = 2;
    public const int IoError = 5;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int NoSpace = 28;
    public const int ReadOnlyFileSystem = 30;
    public const int NotEmpty = 39;
    public const int Quota = 122;

    /// <summary>Replaces the target atomically; never copies, unlike File.Move across file systems.</summary>
    public static void Rename(string from, string to) => Check(RenameCall(from, to), $"rename to {to}");

    /// <summary>Gives a file a second name; fails when the name is taken.</summary>
    public static void Link(string from, string to) => Check(LinkCall(from, to), $"link to {to}");

    /// <summary>Makes the entries of a directory durable.</summary>
    public static void SyncDirectory(string path)
    {
        var descriptor = OpenCall(path, flags: 0);
        Check(descriptor, $"open {path}");
        try
        {
            Check(FsyncCall(descriptor), $"fsync {path}");
        }
        finally
        {
            _ = CloseCall(descriptor);
        }
    }

    private static void Check(int result, string what)
    {
        if (result < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            throw new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
        }
    }

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int RenameCall(string from, string to);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int LinkCall(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenCall(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FsyncCall(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CloseCall(int descriptor);
}
