using System.Runtime.InteropServices;

namespace GGUFPacker.Tasks.Outputs;

/// <summary>A second name for a file's content.</summary>
internal static class HardLink
{
    /// <summary>Creates a link; false where the file systems do not allow it (two volumes, or a file system without links).</summary>
    /// <param name="path">The new name; nothing may have it yet.</param>
    /// <param name="existing">The file.</param>
    public static bool TryCreate(string path, string existing) =>
        OperatingSystem.IsWindows() ? CreateHardLink(path, existing, IntPtr.Zero) : link(existing, path) == 0;

    [DllImport("kernel32.dll", EntryPoint = "CreateHardLinkW", CharSet = CharSet.Unicode, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool CreateHardLink(string path, string existing, IntPtr securityAttributes);

    [DllImport("libc", SetLastError = true)]
    private static extern int link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string path);
}
