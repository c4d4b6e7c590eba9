using System.Runtime.InteropServices;
using Pipeline.Hosting.Native;

namespace Pipeline.Hosting.Tests;

public sealed class ShortWaitsTests
{
    [Fact]
    public void Enable_VariableOfNativeCode_IsSetUnlessItWas()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has libgomp");
        var (before, policy) = (Environment.GetEnvironmentVariable(ShortWaits.Variable),
            Environment.GetEnvironmentVariable("OMP_WAIT_POLICY"));
        ShortWaits.Enable();
        ShortWaits.Enable();
        Marshal.PtrToStringUTF8(Native(ShortWaits.Variable))
            .ShouldBe(before ?? (string.IsNullOrEmpty(policy) ? "3000" : null));
    }

    [DllImport("libc", EntryPoint = "getenv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern IntPtr Native([MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
