using System.Security.Cryptography;

namespace GGUFPacker.Oci.Store;

/// <summary>One SHA-256 over bytes that come in shared blocks; computed on a thread of its own once there is more than one block.</summary>
internal sealed class HashLane : IDisposable
{
    private const int QueueLength = 8;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    // A plain monitor: blocks are large, so waiting is rare and long, and spinning, as the framework's collections do,
    // would take cycles from whoever makes the bytes.
    private readonly Queue<HashBlock?> _queue = new(QueueLength);
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
        if (_thread is null)
        {
            _thread = new Thread(Run) { IsBackground = true, Name = "SHA-256" };
            _thread.Start();
        }

        Enqueue(block);
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
        if (_thread is not null)
        {
            Enqueue(null);
            _thread.Join();
            _thread = null;
        }
    }

    private void Enqueue(HashBlock? block)
    {
        lock (_queue)
        {
            while (_queue.Count >= QueueLength)
            {
                Monitor.Wait(_queue);
            }

            _queue.Enqueue(block);
            Monitor.PulseAll(_queue);
        }
    }

    private HashBlock? Dequeue()
    {
        lock (_queue)
        {
            while (_queue.Count == 0)
            {
                Monitor.Wait(_queue);
            }

            Monitor.PulseAll(_queue);
            return _queue.Dequeue();
        }
    }

    // Null ends the blocks, not the lane: bytes and further blocks may follow.
    private void Run()
    {
        while (Dequeue() is { } block)
        {
            _hash.AppendData(block.Bytes);
            block.Release();
        }
    }
}
