using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Registry.Tests.Storage.Crashes;

/// <summary>
/// The changes that a process makes below a folder, taken from its system calls, so nothing it does can be missing.
/// </summary>
internal static partial class SystemCalls
{
    private const string Calls =
        "openat,write,pwrite64,ftruncate,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,fsync,fdatasync";

    /// <summary>Runs a program under strace; skips the test where there is none or tracing is not allowed.</summary>
    /// <param name="program">Program and arguments.</param>
    /// <param name="folder">The folder that is watched.</param>
    /// <param name="environment">Variables of the program.</param>
    public static async Task<List<FileOperation>> OfAsync(
        IReadOnlyList<string> program, string folder, IReadOnlyDictionary<string, string> environment)
    {
        Assert.SkipUnless(
            File.Exists("/usr/bin/strace"), "There is no /usr/bin/strace: install Debian's package strace.");
        using var output = new TempDirectory();
        var log = output.Combine("calls");
        var start = new ProcessStartInfo(
            "/usr/bin/strace",
            ["-f", "-y", "-xx", "-s", "1000000", "-e", "signal=none", "-e", "trace=" + Calls, "-o", log, .. program])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException("strace did not start");
        var error = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        Assert.SkipWhen(text.Contains("PTRACE", StringComparison.Ordinal), "tracing is not allowed here: " + text);
        process.ExitCode.ShouldBe(0, text);
        return [.. Whole(await File.ReadAllLinesAsync(log)).Select(line => Parse(line, folder))
            .OfType<FileOperation>()];
    }

    // A call that another thread interrupts in the log takes effect where it ends.
    private static IEnumerable<string> Whole(IEnumerable<string> lines)
    {
        var open = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            var thread = line[..line.IndexOf(' ', StringComparison.Ordinal)];
            if (line.EndsWith("<unfinished ...>", StringComparison.Ordinal))
                open[thread] = line[..^"<unfinished ...>".Length];
            else if (Resumed().Match(line) is { Success: true } match && open.Remove(thread, out var begin))
                yield return begin + line[(match.Index + match.Length)..];
            else yield return line;
        }
    }

    private static FileOperation? Parse(string line, string folder)
    {
        var match = Call().Match(line);
        if (!match.Success || match.Groups["result"].Value.StartsWith('-')) return null;
        var (name, arguments, result) =
            (match.Groups["name"].Value, match.Groups["arguments"].Value, match.Groups["result"].Value);
        var texts = Quoted().Matches(arguments).Select(m => Bytes(m.Groups[1].Value)).ToList();
        string? At(int index) => Relative(System.Text.Encoding.UTF8.GetString(texts[index]), folder);
        var described = Described().Match(arguments) is { Success: true } d
            ? Relative(System.Text.Encoding.UTF8.GetString(Bytes(d.Groups[1].Value)), folder) : null;
        return name switch
        {
            "openat" when arguments.Contains("O_CREAT", StringComparison.Ordinal)
                && At(0) is { } path => new("create", path),
            "mkdir" or "mkdirat" when At(0) is { } path => new("mkdir", path),
            "rename" or "renameat" or "renameat2" when At(0) is { } from && At(1) is { } to => new("rename", from, to),
            "link" or "linkat" when At(0) is { } from && At(1) is { } to => new("link", from, to),
            "unlink" or "unlinkat" when At(0) is { } path => new("unlink", path),
            "ftruncate" when described is { } path =>
                new("truncate", path, Offset: long.Parse(arguments.Split(", ")[^1], CultureInfo.InvariantCulture)),
            "write" when described is { } path => new("append", path, Data: texts[0]),
            "write" when texts.Count > 0 && System.Text.Encoding.UTF8.GetString(texts[0])
                .StartsWith("done: ", StringComparison.Ordinal) =>
                new("done", System.Text.Encoding.UTF8.GetString(texts[0])["done: ".Length..].Trim()),
            "pwrite64" when described is { } path =>
                new("write", path, Offset: long.Parse(arguments.Split(", ")[^1], CultureInfo.InvariantCulture),
                    Data: texts[0]),
            "fsync" or "fdatasync" when described is { } path =>
                new(Directory.Exists(System.IO.Path.Combine(folder, path)) ? "syncdir" : "sync", path),
            _ => null,
        };
    }

    private static string? Relative(string path, string folder) =>
        path == folder ? "" : path.StartsWith(folder + "/", StringComparison.Ordinal)
            ? path[(folder.Length + 1)..] : null;

    // With -xx every byte is \xHH.
    private static byte[] Bytes(string escaped) => escaped.Contains("\\x", StringComparison.Ordinal)
        ? [.. escaped.Split("\\x", StringSplitOptions.RemoveEmptyEntries)
            .Select(hex => byte.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture))]
        : System.Text.Encoding.UTF8.GetBytes(escaped);

    [GeneratedRegex(@"^\d+ +(?<name>\w+)\((?<arguments>.*)\) += (?<result>-?\d+)", RegexOptions.ExplicitCapture
        | RegexOptions.NonBacktracking)]
    private static partial Regex Call();

    [GeneratedRegex("\"([^\"]*)\"", RegexOptions.NonBacktracking)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^\d+<([^>]*)>", RegexOptions.NonBacktracking)]
    private static partial Regex Described();

    [GeneratedRegex(@"<\.\.\. \w+ resumed>", RegexOptions.NonBacktracking)]
    private static partial Regex Resumed();
}
