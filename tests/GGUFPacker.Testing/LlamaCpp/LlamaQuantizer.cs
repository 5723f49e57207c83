using System.Runtime.InteropServices;

namespace GGUFPacker.Testing.LlamaCpp;

/// <summary>The real llama.cpp's row kernels and quantizer, v0.5.0: what ours are compared with.</summary>
public sealed unsafe class LlamaQuantizer
{
    private readonly delegate* unmanaged<int, float*, byte*, long, long, long, float*, nuint> _quantizeChunk;
    private readonly delegate* unmanaged<int, byte*, nuint, byte> _validateRowData;
    private readonly delegate* unmanaged<int, TypeTraits*> _typeTraits;
    private readonly delegate* unmanaged<QuantizeParameters> _defaultParameters;
    private readonly delegate* unmanaged<byte*, byte*, QuantizeParameters*, uint> _quantizeModel;

    /// <summary>Loads the libraries of a folder.</summary>
    public LlamaQuantizer(string folder)
    {
        var ggml = NativeLibrary.Load(LlamaFolder.Find(folder, "ggml-base")!);
        _quantizeChunk = (delegate* unmanaged<int, float*, byte*, long, long, long, float*, nuint>)NativeLibrary.GetExport(ggml, "ggml_quantize_chunk");
        _validateRowData = (delegate* unmanaged<int, byte*, nuint, byte>)NativeLibrary.GetExport(ggml, "ggml_validate_row_data");
        _typeTraits = (delegate* unmanaged<int, TypeTraits*>)NativeLibrary.GetExport(ggml, "ggml_get_type_traits");

        var llama = NativeLibrary.Load(LlamaFolder.Find(folder, "llama")!);
        _defaultParameters = (delegate* unmanaged<QuantizeParameters>)NativeLibrary.GetExport(llama, "llama_model_quantize_default_params");
        _quantizeModel = (delegate* unmanaged<byte*, byte*, QuantizeParameters*, uint>)NativeLibrary.GetExport(llama, "llama_model_quantize");
        var setLog = (delegate* unmanaged<delegate* unmanaged<int, byte*, void*, void>, void*, void>)NativeLibrary.GetExport(llama, "llama_log_set");
        setLog(&Ignore, null);
    }

    /// <summary>Quantizes rows with ggml_quantize_chunk. It ends the process if it is given what it asserts it is not.</summary>
    public void Quantize(int type, ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination, int columns)
    {
        fixed (float* x = source)
        {
            fixed (float* matrix = importance)
            {
                fixed (byte* y = destination)
                {
                    _quantizeChunk(type, x, y, 0, source.Length / columns, columns, importance.IsEmpty ? null : matrix);
                }
            }
        }
    }

    /// <summary>Restores floats with the type's to_float.</summary>
    public void Dequantize(int type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        fixed (byte* x = source)
        {
            fixed (float* y = destination)
            {
                _typeTraits(type)->ToFloat(x, y, destination.Length);
            }
        }
    }

    /// <summary>What ggml_validate_row_data says.</summary>
    public bool IsValid(int type, ReadOnlySpan<byte> data)
    {
        fixed (byte* bytes = data)
        {
            return _validateRowData(type, bytes, (nuint)data.Length) != 0;
        }
    }

    /// <summary>Quantizes a file with llama_model_quantize.</summary>
    /// <param name="input">The source file.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="fileType">The number of the file type.</param>
    /// <param name="threads">The number of threads.</param>
    /// <param name="importance">For each tensor's name the importance of its columns (of every expert's, one after the other), or null.</param>
    public void QuantizeFile(string input, string output, int fileType, int threads, IReadOnlyDictionary<string, float[]>? importance = null)
    {
        var parameters = _defaultParameters();
        parameters.Threads = threads;
        parameters.FileType = fileType;
        var memory = new List<nint>();
        try
        {
            parameters.Imatrix = importance is null ? 0 : (nint)Import(importance, memory);
            if (_quantizeModel((byte*)Text(input, memory), (byte*)Text(output, memory), &parameters) is not 0 and var status)
            {
                throw new InvalidOperationException($"llama_model_quantize of '{input}' failed with {status}.");
            }
        }
        finally
        {
            memory.ForEach(Marshal.FreeCoTaskMem);
        }
    }

    // An array that ends with an entry without a name.
    private static ImatrixEntry* Import(IReadOnlyDictionary<string, float[]> importance, List<nint> memory)
    {
        var entries = (ImatrixEntry*)Allocate((importance.Count + 1) * sizeof(ImatrixEntry), memory);
        var next = entries;
        foreach (var (name, values) in importance)
        {
            var data = Allocate(values.Length * sizeof(float), memory);
            Marshal.Copy(values, 0, data, values.Length);
            *next++ = new ImatrixEntry { Name = Text(name, memory), Data = data, Size = (nuint)values.Length };
        }

        *next = default;
        return entries;
    }

    private static nint Text(string text, List<nint> memory)
    {
        memory.Add(Marshal.StringToCoTaskMemUTF8(text));
        return memory[^1];
    }

    private static nint Allocate(int bytes, List<nint> memory)
    {
        memory.Add(Marshal.AllocCoTaskMem(bytes));
        return memory[^1];
    }

    [UnmanagedCallersOnly]
    private static void Ignore(int level, byte* text, void* data)
    {
    }

    // struct ggml_type_traits of ggml.h, v0.5.0.
    [StructLayout(LayoutKind.Sequential)]
    private struct TypeTraits
    {
        public byte* Name;
        public long BlockLength;
        public long Interleave;
        public nuint BlockBytes;
        public byte IsQuantized;
        public delegate* unmanaged<byte*, float*, long, void> ToFloat;
        public nint FromFloat;
    }

    // struct llama_model_imatrix_data of llama.h, v0.5.0.
    [StructLayout(LayoutKind.Sequential)]
    private struct ImatrixEntry
    {
        public nint Name;
        public nint Data;
        public nuint Size;
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
