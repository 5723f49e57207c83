namespace GGUFPacker.Estimation;

/// <summary>Whether attention is computed by the fused operation (llama.cpp's <c>--flash-attn</c>).</summary>
public enum FlashAttention
{
    /// <summary>On unless a layer's attention could then not run on the layer's device: llama.cpp's default.</summary>
    Auto,

    /// <summary>Always.</summary>
    On,

    /// <summary>Never.</summary>
    Off,
}
