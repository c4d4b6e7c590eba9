using System.Security.Cryptography;

namespace Pipeline.Registry.Tests.Storage.Crashes;

/// <summary>
/// What a disk may hold when the power fails at any point of a recorded run: what was made durable, and of the rest any
/// start, any start without one change, or one change alone; bytes that were not made durable are there, missing, torn
/// or zero.
/// </summary>
/// <remarks>
/// <b>Source:</b> the crash model of Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014, with atomic
/// renames.
/// </remarks>
internal sealed class CrashStates
{
    private readonly Dictionary<string, Node> _before = new(StringComparer.Ordinal);
    private readonly List<FileOperation> _operations;

    /// <param name="before">The folder as it was before the run; all of it is durable.</param>
    /// <param name="operations">What the run did to it.</param>
    public CrashStates(string before, List<FileOperation> operations)
    {
        _operations = operations;
        foreach (var folder in Directory.EnumerateDirectories(before, "*", SearchOption.AllDirectories))
            _before[folder[(before.Length + 1)..]] = new Node(null);
        foreach (var file in Directory.EnumerateFiles(before, "*", SearchOption.AllDirectories))
            _before[file[(before.Length + 1)..]] = new Node(File.ReadAllBytes(file));
    }

    private enum Unsynced
    {
        There,
        Missing,
        Torn,
        Zero,
    }

    /// <summary>
    /// Builds every state that differs from the others below a folder and lets the caller look at it.
    /// </summary>
    /// <param name="folder">An empty folder; each state replaces the one before.</param>
    /// <param name="check">Gets the names that the run had reported as done.</param>
    /// <returns>How many states there were.</returns>
    public async Task<int> ForEachAsync(string folder, Func<IReadOnlySet<string>, Task> check)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var length = 0; length <= _operations.Count; length++)
        {
            var done = _operations.Take(length).Where(o => o.Kind == "done").Select(o => o.Path)
                .ToHashSet(StringComparer.Ordinal);
            foreach (var kept in Choices(length))
            {
                foreach (var bytes in Enum.GetValues<Unsynced>())
                {
                    var state = Apply(length, kept, bytes);
                    var signature = string.Join('\n', state.OrderBy(e => e.Key, StringComparer.Ordinal)
                        .Select(e =>
                            $"{e.Key} {(e.Value is null ? "/" : Convert.ToHexString(SHA256.HashData(e.Value)))}")
                        .Concat(done.Order(StringComparer.Ordinal)));
                    if (!seen.Add(signature)) continue;
                    Write(folder, state);
                    await check(done);
                }
            }
        }

        return seen.Count;
    }

    // Which changes of names have reached the disk, by their index.
    private IEnumerable<HashSet<int>> Choices(int length)
    {
        var (durable, pending) = (new HashSet<int>(), new List<int>());
        for (var i = 0; i < length; i++)
        {
            var operation = _operations[i];
            if (operation.Kind is "create" or "mkdir" or "rename" or "link" or "unlink") pending.Add(i);
            if (operation.Kind != "syncdir") continue;
            durable.UnionWith(pending.Where(p => Parent(_operations[p]) == operation.Path));
            pending.RemoveAll(durable.Contains);
        }

        for (var start = 0; start <= pending.Count; start++)
        {
            yield return [.. durable, .. pending.Take(start)];
            if (start < pending.Count) yield return [.. durable, pending[start]];
            if (start < pending.Count) yield return [.. durable, .. pending.Where((_, i) => i != start)];
        }
    }

    private static string Parent(FileOperation operation) =>
        Path.GetDirectoryName(operation.Kind is "rename" or "link" ? operation.Target : operation.Path) ?? "";

    // Every operation happened in memory; only what is kept has changed the disk.
    private Dictionary<string, byte[]?> Apply(int length, HashSet<int> kept, Unsynced bytes)
    {
        var memory = _before.ToDictionary(e => e.Key, e => new Node(e.Value.Synced), StringComparer.Ordinal);
        var disk = new Dictionary<string, Node>(memory, StringComparer.Ordinal);
        for (var i = 0; i < length; i++)
        {
            var o = _operations[i];
            switch (o.Kind)
            {
                case "create" when !memory.ContainsKey(o.Path):
                    memory[o.Path] = new Node([]);
                    if (kept.Contains(i)) disk[o.Path] = memory[o.Path];
                    break;
                case "mkdir":
                    memory[o.Path] = new Node(null);
                    if (kept.Contains(i)) disk[o.Path] = memory[o.Path];
                    break;
                case "write" or "append" or "truncate":
                    memory[o.Path].Waiting.Add(o);
                    break;
                case "sync":
                    memory[o.Path].Sync();
                    break;
                case "rename" or "link":
                    memory[o.Target] = memory[o.Path];
                    if (kept.Contains(i)) disk[o.Target] = memory[o.Path];
                    if (o.Kind == "rename" && memory.Remove(o.Path) && kept.Contains(i)) disk.Remove(o.Path);
                    break;
                case "unlink":
                    memory.Remove(o.Path);
                    if (kept.Contains(i)) disk.Remove(o.Path);
                    break;
            }
        }

        // A name in a folder that is not there cannot be reached.
        return disk.Where(e => Parents(e.Key).All(p => disk.TryGetValue(p, out var node) && node.IsFolder))
            .ToDictionary(e => e.Key, e => e.Value.IsFolder ? null : e.Value.Content(bytes), StringComparer.Ordinal);
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (var parent = Path.GetDirectoryName(path); !string.IsNullOrEmpty(parent); parent =
            Path.GetDirectoryName(parent)) yield return parent;
    }

    private static void Write(string folder, Dictionary<string, byte[]?> state)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo directory) directory.Delete(recursive: true);
            else entry.Delete();
        }

        foreach (var (path, content) in state.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            if (content is null) Directory.CreateDirectory(Path.Combine(folder, path));
            else File.WriteAllBytes(Path.Combine(folder, path), content);
        }
    }

    private sealed class Node(byte[]? synced)
    {
        public byte[]? Synced { get; private set; } = synced;

        public bool IsFolder => Synced is null;

        public List<FileOperation> Waiting { get; } = [];

        public void Sync()
        {
            Synced = Content(Unsynced.There);
            Waiting.Clear();
        }

        public byte[] Content(Unsynced how)
        {
            var content = Synced!; // asked of files only
            if (how == Unsynced.Missing) return content;
            foreach (var change in Waiting)
            {
                if (change.Kind == "truncate")
                {
                    Array.Resize(ref content, (int)change.Offset);
                    continue;
                }

                var data = change.Data!; // every write has its bytes
                if (how == Unsynced.Torn && change == Waiting[^1]) data = data[..(data.Length / 2)];
                if (how == Unsynced.Zero) data = new byte[data.Length];
                var at = change.Kind == "append" ? content.Length : (int)change.Offset;
                Array.Resize(ref content, Math.Max(content.Length, at + data.Length));
                content = [.. content];
                data.CopyTo(content, at);
            }

            return content;
        }
    }
}
