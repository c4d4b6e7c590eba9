using System.Runtime.InteropServices;

namespace Pipeline.Hosting.Native;

/// <summary>Makes threads of the tensor library sleep while they wait for each other.</summary>
/// <remarks>
/// By default they spin. Where another process wants the processors, a thread that spins uses up the time that the one it waits for
/// needs, and a training with two threads falls to a tenth of its speed and less. libgomp reads the variable once, when it is loaded.
/// </remarks>
public static class PassiveWaiting
{
    /// <summary>Environment variable of OpenMP 3.0; what it is set to already holds.</summary>
    public const string Variable = "OMP_WAIT_POLICY";

    /// <summary>Sets the variable where native code looks for it; called before anything loads the tensor library.</summary>
    public static void Enable()
    {
        // Environment.SetEnvironmentVariable changes a copy that native libraries never see.
        if (OperatingSystem.IsLinux() && SetVariable(Variable, "passive", overwrite: 0) != 0)
        {
            throw new InvalidOperationException($"{Variable} cannot be set (error {Marshal.GetLastPInvokeError()})");
        }
    }

    [DllImport("libc", EntryPoint = "setenv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetVariable([MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);
}
