using System.Runtime.InteropServices;
using System.Text;

namespace GGUFPacker.Oci.Store;

/// <summary>Hard links, which .NET has no call for, and copies where they cannot be made.</summary>
internal static class FileLink
{
    /// <summary>Puts a link to, or a copy of, a file at a path. Whatever is there is replaced in one step.</summary>
    /// <returns>Whether it is a link.</returns>
    public static bool Place(string source, string destination)
    {
        var directory = Path.GetDirectoryName(destination)!;
        Directory.CreateDirectory(directory);
        var temporary = Path.Combine(directory, $".{Guid.NewGuid():n}.tmp");
        try
        {
            var linked = TryLink(source, temporary);
            if (!linked)
            {
                File.Copy(source, temporary);
            }

            File.Move(temporary, destination, overwrite: true);
            return linked;
        }
        finally
        {
            // Renaming one link of a file over another of the same file does nothing at all on POSIX, so the temporary name may still be there.
            File.Delete(temporary);
        }
    }

    private static bool TryLink(string source, string destination)
    {
        try
        {
            return OperatingSystem.IsWindows() ? CreateHardLink(destination, source, 0) : Link(ToPath(source), ToPath(destination)) == 0;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    private static byte[] ToPath(string path) => Encoding.UTF8.GetBytes(path + '\0');

    // Plain imports, not generated ones: those need unsafe code, which this project does without.
    [DllImport("libc", EntryPoint = "link")]
    private static extern int Link(byte[] source, byte[] destination);

    [DllImport("kernel32", EntryPoint = "CreateHardLinkW", CharSet = CharSet.Unicode, ExactSpelling = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool CreateHardLink(string destination, string source, nint securityAttributes);
}
