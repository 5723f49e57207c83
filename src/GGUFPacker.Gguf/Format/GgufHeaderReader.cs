using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace GGUFPacker.Gguf.Format;

/// <summary>
/// Reads a header's numbers and strings from a stream, forward only, in the file's byte order. Nothing is allocated by a count that the file claims:
/// arrays grow while their bytes arrive, so a lie costs the liar's own bytes.
/// </summary>
internal sealed class GgufHeaderReader(Stream stream, string name, long maxBytes)
{
    private const int FirstElements = 16 * 1024;
    private const int ArenaBytes = 64 * 1024;

    // Small enough not to be a large object, which only a full collection frees.
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private byte[] _arena = [];
    private int _arenaUsed;

    /// <summary>Whether the file's byte order is not this machine's.</summary>
    public bool Swap { get; set; }

    /// <summary>Whether counts and lengths have 64 bits: all versions but the first.</summary>
    public bool WideCounts { get; set; } = true;

    /// <summary>The offset of the next byte in the file.</summary>
    public long Position { get; private set; }

    public GgufException Error(string message) => new($"Cannot read the GGUF file {name}: {message}");

    public uint ReadUInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        ReadBytes(bytes);
        var value = MemoryMarshal.Read<uint>(bytes);
        return Swap ? BinaryPrimitives.ReverseEndianness(value) : value;
    }

    public ulong ReadUInt64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        ReadBytes(bytes);
        var value = MemoryMarshal.Read<ulong>(bytes);
        return Swap ? BinaryPrimitives.ReverseEndianness(value) : value;
    }

    /// <summary>A count or length: 64 bits, or 32 in version 1.</summary>
    public ulong ReadCount() => WideCounts ? ReadUInt64() : ReadUInt32();

    /// <summary>A string's bytes. <paramref name="what"/> names it in errors.</summary>
    public ReadOnlyMemory<byte> ReadString(int limit, string what)
    {
        var at = Position;
        var length = ReadCount();
        if (length > (ulong)limit)
        {
            throw Error($"{what} at offset {at} claims {length} bytes; the limit is {limit}.");
        }

        return ReadMemory((int)length);
    }

    /// <summary>Numbers of one type, in this machine's byte order.</summary>
    public T[] ReadArray<T>(int count)
        where T : unmanaged
    {
        var values = new T[Math.Min(count, FirstElements)];
        for (var filled = 0; ;)
        {
            ReadBytes(MemoryMarshal.AsBytes(values.AsSpan(filled)));
            filled = values.Length;
            if (filled == count)
            {
                break;
            }

            Array.Resize(ref values, (int)Math.Min(count, filled * 2L));
        }

        if (Swap)
        {
            GgufByteOrder.Reverse(MemoryMarshal.AsBytes(values.AsSpan()), Marshal.SizeOf<T>());
        }

        return values;
    }

    public void ReadBytes(Span<byte> destination)
    {
        if (destination.Length > maxBytes - Position)
        {
            throw Error($"the header is larger than the limit of {maxBytes} bytes.");
        }

        // Nearly every read: a vocabulary is hundreds of thousands of short ones.
        if (destination.Length <= _end - _start)
        {
            _buffer.AsSpan(_start, destination.Length).CopyTo(destination);
            _start += destination.Length;
            Position += destination.Length;
            return;
        }

        var filled = 0;
        while (filled < destination.Length)
        {
            if (_start == _end)
            {
                _start = 0;
                _end = stream.Read(_buffer);
                if (_end == 0)
                {
                    throw Error($"the file ends inside the header, at offset {Position + filled}.");
                }
            }

            var run = Math.Min(_end - _start, destination.Length - filled);
            _buffer.AsSpan(_start, run).CopyTo(destination[filled..]);
            _start += run;
            filled += run;
        }

        Position += destination.Length;
    }

    /// <summary>Bytes that stay: short ones share an array, because a vocabulary has hundreds of thousands of them.</summary>
    private ReadOnlyMemory<byte> ReadMemory(int length)
    {
        if (length > ArenaBytes / 4)
        {
            return ReadArray<byte>(length);
        }

        if (_arena.Length - _arenaUsed < length)
        {
            _arena = new byte[ArenaBytes];
            _arenaUsed = 0;
        }

        var memory = _arena.AsMemory(_arenaUsed, length);
        ReadBytes(memory.Span);
        _arenaUsed += length;
        return memory;
    }
}
