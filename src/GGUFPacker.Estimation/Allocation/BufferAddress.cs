namespace GGUFPacker.Estimation.Allocation;

/// <summary>A place in memory that may consist of several buffers.</summary>
/// <param name="Chunk">The buffer.</param>
/// <param name="Offset">Bytes from its beginning.</param>
internal readonly record struct BufferAddress(int Chunk, long Offset);
