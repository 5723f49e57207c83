using System.Runtime.InteropServices;

namespace GGUFPacker.Testing.LlamaCpp;

/// <summary>llama_batch of llama.h, v0.5.0. Null pointers mean: positions go on, sequence 0, only the last token has an output.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LlamaBatch
{
    public int TokenCount;
    public nint Tokens;
    public nint Embeddings;
    public nint Positions;
    public nint SequenceCounts;
    public nint Sequences;
    public nint Outputs;
}
