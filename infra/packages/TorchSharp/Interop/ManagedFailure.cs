using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.ExceptionServices;

namespace TorchSharp.Interop;

/// <summary>
/// Carries an exception of managed code that native code called over the native frames in between: it is kept under a
/// number, the number travels in the native error text, and whoever reports that error rethrows the exception.
/// </summary>
internal static class ManagedFailure
{
    private const string Mark = "managed exception #";
    private static readonly ConcurrentDictionary<int, ExceptionDispatchInfo> Kept = new();
    private static int _last;

    public static int Keep(Exception exception)
    {
        var number = Interlocked.Increment(ref _last);
        Kept[number] = ExceptionDispatchInfo.Capture(exception);
        return number;
    }

    public static Exception? Take(string nativeText)
    {
        var start = nativeText.IndexOf(Mark, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        start += Mark.Length;
        var end = nativeText.IndexOf(';', start);
        if (end > start
            && int.TryParse(nativeText.AsSpan(start, end - start), CultureInfo.InvariantCulture, out var number)
            && Kept.TryRemove(number, out var kept))
        {
            kept.Throw();
        }

        return null;
    }
}
