using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Format;
using Microsoft.Win32.SafeHandles;

namespace GGUFPacker.Gguf.Quantization.Importance;

/// <summary>An importance matrix's bytes on disk.</summary>
internal sealed class ImportanceFile : IDisposable
{
    public ImportanceFile(string path)
    {
        Path = path;
        Handle = File.OpenHandle(path);
        Length = RandomAccess.GetLength(Handle);
    }

    public string Path { get; }

    public SafeFileHandle Handle { get; }

    public long Length { get; }

    /// <summary>Whether the file's numbers have the other byte order than this machine's.</summary>
    public bool Swap { get; set; }

    public GgufException Error(string message, Exception? cause = null) =>
        cause is null ? new($"Cannot read the importance matrix {Path}: {message}") : new($"Cannot read the importance matrix {Path}: {message}", cause);

    /// <summary>Reads numbers from an offset, in this machine's byte order.</summary>
    /// <returns>False if the file ends before.</returns>
    public bool TryRead<T>(long offset, Span<T> destination)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(destination);
        for (var filled = 0; filled < bytes.Length;)
        {
            var read = RandomAccess.Read(Handle, bytes[filled..], offset + filled);
            if (read == 0)
            {
                return false;
            }

            filled += read;
        }

        if (Swap)
        {
            GgufByteOrder.Reverse(bytes, Marshal.SizeOf<T>());
        }

        return true;
    }

    /// <summary>Reads numbers that must be there.</summary>
    /// <exception cref="GgufException">The file ends before.</exception>
    public void Read<T>(long offset, Span<T> destination, string what)
        where T : unmanaged
    {
        if (!TryRead(offset, destination))
        {
            throw Error($"it ends inside {what} at offset {offset}.");
        }
    }

    public void Dispose() => Handle.Dispose();
}
