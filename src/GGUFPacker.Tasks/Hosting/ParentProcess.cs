using System.Diagnostics;
using System.Runtime.InteropServices;

namespace GGUFPacker.Tasks.Hosting;

/// <summary>The process that started this one, so that a task host ends with the build that it works for.</summary>
/// <remarks>MSBuild's task host outlives a build that is killed: it waits for its task, which may take hours.</remarks>
internal static partial class ParentProcess
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Whether this process is a task host of MSBuild, and not the build's own process.</summary>
    public static bool StartedThisAsTaskHost => Environment.GetCommandLineArgs().Any(argument =>
        argument.Equals("/nodemode:2", StringComparison.OrdinalIgnoreCase) || argument.Equals("-nodemode:2", StringComparison.OrdinalIgnoreCase));

    /// <summary>Watches the parent on a thread of its own; when it is gone, calls back and, if the process is still there after a while, ends it.</summary>
    /// <param name="whenGone">Called once the parent is gone.</param>
    /// <returns>Ends the watch.</returns>
    public static IDisposable Watch(Action whenGone)
    {
        var isAlive = Observe();
        var done = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            while (!done.Wait(Interval))
            {
                if (isAlive())
                {
                    continue;
                }

                whenGone();
                if (!done.Wait(Grace))
                {
                    Environment.Exit(1);
                }

                return;
            }
        })
        {
            IsBackground = true,
            Name = "GGUFPacker parent watch",
        };
        thread.Start();
        return new Registration(done);
    }

    private static Func<bool> Observe()
    {
        if (!OperatingSystem.IsWindows())
        {
            // An orphan is handed to another parent.
            var parent = getppid();
            return () => getppid() == parent;
        }

        var information = default(ProcessBasicInformation);
        if (NtQueryInformationProcess(Process.GetCurrentProcess().Handle, 0, ref information, Marshal.SizeOf<ProcessBasicInformation>(), out _) != 0)
        {
            return () => true;
        }

        try
        {
            var parent = Process.GetProcessById((int)information.InheritedFromUniqueProcessId);
            return () => !parent.HasExited;
        }
        catch (ArgumentException)
        {
            return () => false;
        }
    }

    [DllImport("libc")]
    private static extern int getppid();

    [DllImport("ntdll.dll")]
    private static extern int NtQueryInformationProcess(
        IntPtr process,
        int informationClass,
        ref ProcessBasicInformation information,
        int length,
        out int returned);

    [StructLayout(LayoutKind.Sequential)]
    private struct ProcessBasicInformation
    {
        public IntPtr ExitStatus;
        public IntPtr PebBaseAddress;
        public IntPtr AffinityMask;
        public IntPtr BasePriority;
        public UIntPtr UniqueProcessId;
        public IntPtr InheritedFromUniqueProcessId;
    }

    private sealed class Registration(ManualResetEventSlim done) : IDisposable
    {
        public void Dispose() => done.Set();
    }
}
