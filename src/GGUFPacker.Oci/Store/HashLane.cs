using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace GGUFPacker.Oci.Store;

/// <summary>One SHA-256 over bytes that come in shared blocks; computed on a thread of its own once there is more than one block.</summary>
internal sealed class HashLane : IDisposable
{
    private const int QueueLength = 4;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private BlockingCollection<HashBlock>? _queue;
    private Thread? _thread;

    /// <summary>Adds bytes on the calling thread, after the blocks that are under way.</summary>
    public void AppendNow(ReadOnlySpan<byte> bytes)
    {
        Drain();
        _hash.AppendData(bytes);
    }

    /// <summary>Adds a block; the lane releases it.</summary>
    public void Append(HashBlock block)
    {
        if (_queue is null)
        {
            _queue = new BlockingCollection<HashBlock>(QueueLength);
            _thread = new Thread(Run) { IsBackground = true, Name = "SHA-256" };
            _thread.Start();
        }

        _queue.Add(block);
    }

    public byte[] Finish()
    {
        Drain();
        return _hash.GetHashAndReset();
    }

    public void Dispose()
    {
        Drain();
        _hash.Dispose();
    }

    private void Drain()
    {
        if (_queue is not null)
        {
            _queue.CompleteAdding();
            _thread!.Join();
            _queue.Dispose();
            _queue = null;
        }
    }

    private void Run()
    {
        foreach (var block in _queue!.GetConsumingEnumerable())
        {
            _hash.AppendData(block.Bytes);
            block.Release();
        }
    }
}
