using System.IO.Compression;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using ZstdSharp;

namespace GGUFPacker.Oci.Store;

/// <summary>Plain tars out of compressed ones, up to a limit: a few kilobytes must not fill a disk.</summary>
internal static class LayerDecompression
{
    public static Stream Open(Stream source, LayerCompression compression, long limit) => compression switch
    {
        LayerCompression.Gzip => new LimitedStream(new GZipStream(source, CompressionMode.Decompress, leaveOpen: true), limit),
        LayerCompression.Zstd => new LimitedStream(new DecompressionStream(source, leaveOpen: true), limit),
        _ => source,
    };

    /// <summary>How many bytes a compressed layer of a size may give.</summary>
    public static long LimitFor(long size) => TarLimits.FreeExpansion + (Math.Min(size, long.MaxValue / 2 / TarLimits.MaxExpansion) * TarLimits.MaxExpansion);

    private sealed class LimitedStream(Stream inner, long limit) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _read;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private int Count(int read)
        {
            _read += read;
            return _read <= limit ? read : throw new LayerException($"The compressed layer gives more than {limit} bytes: it looks like a decompression bomb.");
        }
    }
}
