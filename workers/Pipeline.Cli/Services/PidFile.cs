using System.ComponentModel;
using System.Globalization;

namespace Pipeline.Cli.Services;

/// <summary>Remembers a process by id and start time, so that a reused id is never taken for it.</summary>
internal static class PidFile
{
    public static string PathOf(string name) => Path.Combine(Deployment.Folder, $"{name}.pid");

    public static void Write(string name, int pid) =>
        File.WriteAllText(PathOf(name), string.Create(CultureInfo.InvariantCulture, $"{pid} {StartOf(pid)}"));

    public static void Remove(string name) => File.Delete(PathOf(name));

    /// <summary>The process id, or null when it is not running.</summary>
    public static int? Running(string name)
    {
        if (!File.Exists(PathOf(name)))
        {
            return null;
        }

        var parts = File.ReadAllText(PathOf(name)).Split(' ');
        return int.TryParse(parts[0], CultureInfo.InvariantCulture, out var pid) && StartOf(pid) is { } start
            && parts.Length > 1 && parts[1] == start ? pid : null;
    }

    // Field 22 of /proc/PID/stat, ticks since boot; the name before it may hold spaces.
    private static string? StartOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : fields[19];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or Win32Exception)
        {
            return null;
        }
    }
}
