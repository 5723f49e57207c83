namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>A block before it is packed, or after it was unpacked.</summary>
internal ref struct GridBlock
{
    /// <summary>The scale, a half.</summary>
    public ushort Scale;

    /// <summary>For each sub-block its scale of four bits.</summary>
    public Span<byte> SubScales;

    /// <summary>A bit for each sub-block that counted as zero when it was quantized.</summary>
    public int Skipped;

    /// <summary>For each group of eight or four elements the number of its point.</summary>
    public Span<ushort> Points;

    /// <summary>For each eight elements their signs, the first in the lowest bit, set for negative ones.</summary>
    public Span<byte> Signs;
}
