using System.Runtime.InteropServices;

namespace Pipeline.Llm.Generation;

/// <summary>
/// Memory for adapter weights in blocks of equal size, so that adapters of any rank follow each other without gaps.
/// </summary>
/// <remarks>
/// Safe for several threads. Freed blocks are reused, so the size is that of the most adapters that were loaded at
/// once.
/// </remarks>
internal sealed unsafe class AdapterMemory : IDisposable
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = 256 << 10;

    private const nuint Alignment = 64;

    private readonly Lock _lock = new();
    private readonly Stack<nint> _free = new();
    private readonly List<nint> _all = [];

    /// <summary>Bytes of all blocks.</summary>
    public long Bytes => (long)_all.Count * BlockBytes;

    /// <summary>Bytes of the blocks that hold adapters.</summary>
    public long UsedBytes => (long)(_all.Count - _free.Count) * BlockBytes;

    /// <summary>A block, not zeroed.</summary>
    public nint Take()
    {
        lock (_lock)
        {
            if (_free.TryPop(out var block))
            {
                return block;
            }

            var fresh = (nint)NativeMemory.AlignedAlloc(BlockBytes, Alignment);
            _all.Add(fresh);
            return fresh;
        }
    }

    /// <summary>Gives blocks back.</summary>
    public void Return(IEnumerable<nint> blocks)
    {
        lock (_lock)
        {
            foreach (var block in blocks)
            {
                _free.Push(block);
            }
        }
    }

    public void Dispose()
    {
        foreach (var block in _all)
        {
            NativeMemory.AlignedFree((void*)block);
        }

        _all.Clear();
        _free.Clear();
    }
}
