namespace GGUFPacker.Oci.Store;

/// <summary>The failure that means: no room on the disk, or none within the user's quota.</summary>
public static class DiskFull
{
    /// <summary>What a user can do about it.</summary>
    public const string Hint = "'gguf-packer cache prune' frees what nothing needs.";

    // ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL.
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    // ENOSPC is the same on Linux, macOS and the BSDs, EDQUOT is not.
    private const int NoSpace = 28;
    private const int LinuxQuota = 122;
    private const int BsdQuota = 69;

    /// <summary>Whether it is this failure.</summary>
    public static bool Is(IOException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return OperatingSystem.IsWindows()
            ? error.HResult is WindowsHandleDiskFull or WindowsDiskFull
            : error.HResult == NoSpace || error.HResult == (OperatingSystem.IsLinux() ? LinuxQuota : BsdQuota);
    }
}
