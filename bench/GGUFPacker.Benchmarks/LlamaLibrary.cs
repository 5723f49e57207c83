using System.Runtime.InteropServices;

namespace GGUFPacker.Benchmarks;

/// <summary>llama.cpp's own kernels and quantizer, from the release libraries (libggml-base.so, libllama.v0.5.0.so): the peer that ours are measured against.</summary>
internal sealed unsafe class LlamaLibrary
{
    private readonly delegate* unmanaged<int, float*, byte*, long, long, long, float*, nuint> _quantizeChunk;
    private readonly delegate* unmanaged<QuantizeParameters> _defaultParameters;
    private readonly delegate* unmanaged<byte*, byte*, QuantizeParameters*, uint> _quantizeModel;

    public LlamaLibrary(string folder)
    {
        var ggml = NativeLibrary.Load(Path.Combine(folder, "libggml-base.so"));
        _quantizeChunk = (delegate* unmanaged<int, float*, byte*, long, long, long, float*, nuint>)NativeLibrary.GetExport(ggml, "ggml_quantize_chunk");

        var llama = NativeLibrary.Load(Path.Combine(folder, "libllama.v0.5.0.so"));
        _defaultParameters = (delegate* unmanaged<QuantizeParameters>)NativeLibrary.GetExport(llama, "llama_model_quantize_default_params");
        _quantizeModel = (delegate* unmanaged<byte*, byte*, QuantizeParameters*, uint>)NativeLibrary.GetExport(llama, "llama_model_quantize");
        var setLog = (delegate* unmanaged<delegate* unmanaged<int, byte*, void*, void>, void*, void>)NativeLibrary.GetExport(llama, "llama_log_set");
        setLog(&Ignore, null);
    }

    /// <summary>Quantizes rows with ggml_quantize_chunk; the importance is that of one row, or empty.</summary>
    public void Quantize(int type, ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination, int columns)
    {
        fixed (float* x = source, weights = importance)
        {
            fixed (byte* y = destination)
            {
                _quantizeChunk(type, x, y, 0, source.Length / columns, columns, weights);
            }
        }
    }

    /// <summary>Quantizes a file with llama_model_quantize.</summary>
    public void QuantizeFile(string input, string output, int fileType, int threads)
    {
        var parameters = _defaultParameters();
        parameters.Threads = threads;
        parameters.FileType = fileType;
        var from = Marshal.StringToCoTaskMemUTF8(input);
        var to = Marshal.StringToCoTaskMemUTF8(output);
        try
        {
            if (_quantizeModel((byte*)from, (byte*)to, &parameters) is not 0 and var status)
            {
                throw new InvalidOperationException($"llama_model_quantize of '{input}' failed with {status}.");
            }
        }
        finally
        {
            Marshal.FreeCoTaskMem(from);
            Marshal.FreeCoTaskMem(to);
        }
    }

    [UnmanagedCallersOnly]
    private static void Ignore(int level, byte* text, void* data)
    {
    }

    // struct llama_model_quantize_params of llama.h, v0.5.0.
    [StructLayout(LayoutKind.Sequential)]
    private struct QuantizeParameters
    {
        public int Threads;
        public int FileType;
        public int OutputTensorType;
        public int TokenEmbeddingType;
        public byte AllowRequantize;
        public byte QuantizeOutputTensor;
        public byte OnlyCopy;
        public byte Pure;
        public byte KeepSplit;
        public byte DryRun;
        public nint Imatrix;
        public nint Overrides;
        public nint TensorOverrides;
        public nint PrunedLayers;
        public nuint MaximalBufferBytes;
    }
}
