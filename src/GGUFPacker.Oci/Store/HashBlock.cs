using System.Buffers;

namespace GGUFPacker.Oci.Store;

/// <summary>A pooled block of bytes that several lanes read; the last one to release it gives it back.</summary>
internal sealed class HashBlock
{
    public const int Size = 1 << 20;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(Size);
    private int _length;
    private int _users = 1;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    public Memory<byte> Free => _buffer.AsMemory(_length, Size - _length);

    public bool IsFull => _length == Size;

    public int Length => _length;

    public void Advance(int count) => _length += count;

    public void Share(int users) => Interlocked.Add(ref _users, users);

    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}
