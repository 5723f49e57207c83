namespace GGUFPacker.Estimation.Allocation;

/// <summary>
/// Gives out and takes back runs of an imagined memory and remembers how far it was used (ggml_dyn_tallocr of ggml-alloc.c): the smallest free block that fits,
/// or the end. Memory that may not be larger than <paramref name="maxChunkBytes"/> in one piece consists of several chunks.
/// </summary>
internal sealed class DynamicAllocator(int alignment, long maxChunkBytes)
{
    /// <summary>GGML_VBUFFER_MAX_CHUNKS; the last one has no limit.</summary>
    private const int MaxChunks = 16;

    /// <summary>More than any graph needs, and half of what a size can be, so that sums stay in range.</summary>
    private const long Endless = long.MaxValue / 2;

    private readonly List<Chunk> _chunks = [];
    private readonly long _maxChunkBytes = Math.Min(maxChunkBytes, Endless);

    /// <summary>The size of all chunks: what a buffer must have.</summary>
    public long Size
    {
        get
        {
            var size = 0L;
            foreach (var chunk in _chunks)
            {
                size = checked(size + chunk.Size);
            }

            return size;
        }
    }

    public BufferAddress Allocate(long bytes)
    {
        bytes = Align(bytes);
        var (chunkIndex, blockIndex) = FindInside(bytes);
        if (blockIndex < 0)
        {
            (chunkIndex, blockIndex) = FindEnd(bytes);
        }

        if (blockIndex < 0)
        {
            if (_chunks.Count == MaxChunks || bytes > Endless)
            {
                throw new EstimateException("The model's graph is larger than any memory.");
            }

            var last = _chunks.Count == MaxChunks - 1;
            _chunks.Add(new Chunk(last ? Endless : Math.Max(bytes, _maxChunkBytes)));
            (chunkIndex, blockIndex) = (_chunks.Count - 1, 0);
        }

        var chunk = _chunks[chunkIndex];
        var block = chunk.Free[blockIndex];
        if (block.Bytes == bytes)
        {
            chunk.Free.RemoveAt(blockIndex);
        }
        else
        {
            chunk.Free[blockIndex] = new FreeBlock(block.Offset + bytes, block.Bytes - bytes);
        }

        chunk.Size = Math.Max(chunk.Size, block.Offset + bytes);
        return new BufferAddress(chunkIndex, block.Offset);
    }

    public void Free(BufferAddress address, long bytes)
    {
        bytes = Align(bytes);
        var free = _chunks[address.Chunk].Free;
        for (var i = 0; i < free.Count; i++)
        {
            var block = free[i];
            if (block.End == address.Offset)
            {
                var grown = block.Bytes + bytes;
                if (i + 1 < free.Count && block.Offset + grown == free[i + 1].Offset)
                {
                    grown += free[i + 1].Bytes;
                    free.RemoveAt(i + 1);
                }

                free[i] = new FreeBlock(block.Offset, grown);
                return;
            }

            if (address.Offset + bytes == block.Offset)
            {
                // The block before cannot touch it: it would have been met, and grown, first.
                free[i] = new FreeBlock(address.Offset, block.Bytes + bytes);
                return;
            }
        }

        var place = 0;
        while (place < free.Count && free[place].Offset < address.Offset)
        {
            place++;
        }

        free.Insert(place, new FreeBlock(address.Offset, bytes));
    }

    public long Align(long bytes) => checked(bytes + alignment - 1) / alignment * alignment;

    /// <summary>The best block that is not a chunk's last: among equals the last one, and a later chunk's before an earlier one's.</summary>
    private (int Chunk, int Block) FindInside(long bytes)
    {
        var (bestChunk, bestBlock) = (-1, -1);
        for (var c = 0; c < _chunks.Count; c++)
        {
            var free = _chunks[c].Free;
            var best = long.MaxValue;
            for (var i = 0; i < free.Count - 1; i++)
            {
                if (free[i].Bytes >= bytes && free[i].Bytes <= best)
                {
                    (bestChunk, bestBlock, best) = (c, i, free[i].Bytes);
                }
            }
        }

        return (bestChunk, bestBlock);
    }

    /// <summary>The last block of the chunk that wastes the least: that grows least, or leaves least of what it has been grown to before.</summary>
    private (int Chunk, int Block) FindEnd(long bytes)
    {
        var (bestChunk, bestBlock) = (-1, -1);
        var best = long.MinValue;
        for (var c = 0; c < _chunks.Count; c++)
        {
            var chunk = _chunks[c];
            if (chunk.Free.Count == 0 || chunk.Free[^1].Bytes < bytes)
            {
                continue;
            }

            var reuse = chunk.Size - chunk.Free[^1].Offset - bytes;
            if ((best < 0 && reuse > best) || (reuse >= 0 && reuse < best))
            {
                (bestChunk, bestBlock, best) = (c, chunk.Free.Count - 1, reuse);
            }
        }

        return (bestChunk, bestBlock);
    }

    private readonly record struct FreeBlock(long Offset, long Bytes)
    {
        public long End => Offset + Bytes;
    }

    private sealed class Chunk(long bytes)
    {
        /// <summary>In order of their offsets.</summary>
        public List<FreeBlock> Free { get; } = [new FreeBlock(0, bytes)];

        public long Size { get; set; }
    }
}
