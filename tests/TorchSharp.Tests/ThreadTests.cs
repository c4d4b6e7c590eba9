using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

public sealed unsafe class ThreadTests
{
    [Fact]
    public void RuntimeReport_Library_NamesVersionThreadsAndBlas()
    {
        get_num_threads().ShouldBeGreaterThan(0);
        var library = NativeLibrary.Load("torch_shim", typeof(TorchSharp.torch).Assembly, null);
        var report = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(library, "shim_runtime_report");
        var text = Marshal.PtrToStringUTF8((nint)report())!;
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        text.ShouldContain(__version__);
        text.ShouldContain($"threads {get_num_threads()}");
        text.ShouldContain("BLAS");
    }

    [Fact]
    public void LiveTensors_WhileOneIsHeld_IsPositive()
    {
        using var x = ones(1L);
        var library = NativeLibrary.Load("torch_shim", typeof(TorchSharp.torch).Assembly, null);
        var live = (delegate* unmanaged<long>)NativeLibrary.GetExport(library, "shim_live_tensors");
        live().ShouldBeGreaterThan(0);
    }
}
