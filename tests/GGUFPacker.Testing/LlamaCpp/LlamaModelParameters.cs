using System.Runtime.InteropServices;

namespace GGUFPacker.Testing.LlamaCpp;

/// <summary>llama_model_params of llama.h, v0.5.0. Only the defaults that the library gives are used.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LlamaModelParameters
{
    public nint Devices;
    public nint TensorBufferOverrides;
    public int GpuLayers;
    public int SplitMode;
    public int LoadMode;
    public int LazyMode;
    public int MainGpu;
    public nint TensorSplit;
    public nint ProgressCallback;
    public nint ProgressCallbackUserData;
    public nint MetadataOverrides;
    public byte VocabularyOnly;
    public byte CheckTensors;
    public byte UseExtraBuffers;
    public byte NoHost;
    public byte NoAllocation;
    public byte LoadPrediction;
}
