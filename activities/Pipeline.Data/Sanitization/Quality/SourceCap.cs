using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>
/// Decides which rows of a source stay under a cap: those with the smallest seeded hashes of their ids.
/// </summary>
internal sealed class SourceCap(int cap, long seed)
{
    private readonly Dictionary<string, PriorityQueue<ulong, ulong>> _kept = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> Rows { get; } = new(StringComparer.Ordinal);

    /// <summary>First pass: every row once.</summary>
    public void Count(string source, string id)
    {
        Rows[source] = Rows.GetValueOrDefault(source) + 1;
        if (cap == 0)
        {
            return;
        }

        var queue = _kept.TryGetValue(source, out var found)
            ? found : _kept[source] = new PriorityQueue<ulong, ulong>();
        var hash = Hash(id);
        // The smallest priority leaves first, so the order is turned around.
        queue.Enqueue(hash, ulong.MaxValue - hash);
        if (queue.Count > cap)
        {
            queue.Dequeue();
        }
    }

    /// <summary>Second pass: whether a row stays.</summary>
    public bool Keeps(string source, string id) => cap == 0 || Rows[source] <= cap || Hash(id) <= _kept[source].Peek();

    private ulong Hash(string id) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\n{id}")));
}
