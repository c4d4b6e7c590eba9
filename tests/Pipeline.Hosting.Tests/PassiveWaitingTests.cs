using System.Runtime.InteropServices;
using Pipeline.Hosting.Native;

namespace Pipeline.Hosting.Tests;

public sealed class PassiveWaitingTests
{
    [Fact]
    public void Enable_VariableOfNativeCode_IsSetUnlessItWas()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has libgomp");
        var before = Environment.GetEnvironmentVariable(PassiveWaiting.Variable);
        PassiveWaiting.Enable();
        PassiveWaiting.Enable();
        Marshal.PtrToStringUTF8(Native(PassiveWaiting.Variable)).ShouldBe(before ?? "passive");
    }

    [DllImport("libc", EntryPoint = "getenv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern IntPtr Native([MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
