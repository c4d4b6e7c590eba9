using System.Runtime.InteropServices;

namespace Pipeline.Llm.Generation;

/// <summary>
/// Memory for adapter weights in blocks of equal size, so that adapters of any rank follow each other without gaps.
/// </summary>
/// <remarks>
/// Safe for several threads. Freed blocks are reused, so the size is that of the most adapters that were loaded at
/// once. Blocks are cut from whole huge pages: a step reads every loaded adapter once, and with small pages the
/// processor would wait for addresses as long as for weights.
/// </remarks>
internal sealed unsafe partial class AdapterMemory : IDisposable
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = 256 << 10;

    private const int PageBytes = 2 << 20;
    private const int UseHugePages = 14;

    private readonly Lock _lock = new();
    private readonly Stack<nint> _free = new();
    private readonly List<nint> _pages = [];
    private int _left;

    /// <summary>Bytes of all blocks that were ever taken, without those of the last huge page that never
    /// were.</summary>
    public long Bytes => ((long)_pages.Count * PageBytes) - ((long)_left * BlockBytes);

    /// <summary>A block, not zeroed.</summary>
    public nint Take()
    {
        lock (_lock)
        {
            if (_free.TryPop(out var block))
            {
                return block;
            }

            if (_left == 0)
            {
                _pages.Add(Page());
                _left = PageBytes / BlockBytes;
            }

            // In the order of addresses, so that an adapter is one run of memory.
            return _pages[^1] + PageBytes - (_left-- * BlockBytes);
        }
    }

    /// <summary>Gives blocks back.</summary>
    public void Return(IEnumerable<nint> blocks)
    {
        lock (_lock)
        {
            foreach (var block in blocks.Reverse())
            {
                _free.Push(block);
            }
        }
    }

    public void Dispose()
    {
        foreach (var page in _pages)
        {
            NativeMemory.AlignedFree((void*)page);
        }

        _pages.Clear();
        _free.Clear();
        _left = 0;
    }

    private static nint Page()
    {
        var page = (nint)NativeMemory.AlignedAlloc(PageBytes, PageBytes);
        if (OperatingSystem.IsLinux())
        {
            // A wish: where it is not granted, small pages do.
            _ = Advise(page, PageBytes, UseHugePages);
        }

        return page;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nint address, nint length, int advice);
}
