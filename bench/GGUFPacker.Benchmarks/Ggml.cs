using System.Runtime.InteropServices;

namespace GGUFPacker.Benchmarks;

/// <summary>llama.cpp's own kernels, from the release library: the peer that ours are measured against.</summary>
internal sealed unsafe class Ggml
{
    private readonly delegate* unmanaged<int, float*, byte*, long, long, long, float*, nuint> _quantizeChunk;

    public Ggml(string folder)
    {
        var library = NativeLibrary.Load(Path.Combine(folder, "libggml-base.so"));
        _quantizeChunk = (delegate* unmanaged<int, float*, byte*, long, long, long, float*, nuint>)NativeLibrary.GetExport(library, "ggml_quantize_chunk");
    }

    public void Quantize(int type, ReadOnlySpan<float> source, Span<byte> destination, int columns)
    {
        fixed (float* x = source)
        {
            fixed (byte* y = destination)
            {
                _quantizeChunk(type, x, y, 0, source.Length / columns, columns, null);
            }
        }
    }
}
