using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;

namespace GGUFPacker.Estimation.Caches;

/// <summary>
/// The caches of DeepSeek V4 (llama_kv_cache_dsv4): a window of raw keys for every layer, keys of compressed runs of 4 or 128 tokens, the indexer's,
/// and the compressors' states. They never share cells between sequences.
/// </summary>
internal sealed class CompressedCachePlanner(ModelShape shape, ResolvedContext context, Placement placement, long windowCells)
{
    /// <summary>Tokens of a short run.</summary>
    public const int FineRatio = 4;

    /// <summary>Tokens of a long run.</summary>
    public const int CoarseRatio = 128;

    private const int CellPadding = 256;

    private readonly int[] _ratios = ReadRatios(shape);

    public CachePlan Plan() => new(
        [
            Cache(AttentionCacheKind.SlidingWindow, windowCells, null, _ => true),
            Cache(AttentionCacheKind.Compressed, CompressedCells(FineRatio), null, IsFine),
            Cache(AttentionCacheKind.HeavilyCompressed, CompressedCells(CoarseRatio), null, IsCoarse),
            Cache(AttentionCacheKind.Indexer, CompressedCells(FineRatio), shape.IndexerKeyLength, IsFine),
        ],
        null)
    {
        States =
        [
            .. States(2L * shape.KeyLength(0), 2 * FineRatio, IsFine),
            .. States(shape.KeyLength(0), CoarseRatio, IsCoarse),
            .. States(2L * shape.IndexerKeyLength, 2 * FineRatio, IsFine),
        ],
    };

    /// <summary>How many tokens each layer compresses into one; 0 for none.</summary>
    public static int[] ReadRatios(ModelShape shape)
    {
        var ratios = new int[shape.Layers];
        new HeaderKeys(shape.Header.Metadata, shape.Architecture).Fill("attention.compress_ratios", ratios);
        return ratios;
    }

    private bool IsFine(int layer) => _ratios[layer] == FineRatio;

    private bool IsCoarse(int layer) => _ratios[layer] == CoarseRatio;

    private long CompressedCells(int ratio)
    {
        var cells = Math.Max(1, (context.ContextPerSequence + ratio - 1L) / ratio);
        return (cells + CellPadding - 1) / CellPadding * CellPadding;
    }

    private AttentionCache Cache(AttentionCacheKind kind, long cells, int? keyLength, Func<int, bool> filter) =>
        new AttentionCacheBuilder(shape, context, placement)
        {
            Kind = kind,
            Cells = cells,
            Streams = context.Sequences,
            Filter = filter,
            SingleKeyLength = keyLength,
            KeysOnly = true,
            AlwaysRotatesKeys = keyLength is not null || shape.FullKeyLength == shape.IndexerKeyLength,
        }.Build();

    // Values and scores of each.
    private IEnumerable<CacheState> States(long columns, int rows, Func<int, bool> filter) =>
        from layer in Enumerable.Range(0, shape.TrunkLayers)
        where filter(layer)
        from _ in Enumerable.Range(0, 2)
        select new CacheState(
            layer,
            context.OffloadCache ? placement.LayerDevices[layer] : Placement.Host,
            columns,
            (long)rows * context.Sequences * (1 + context.RecurrentSnapshots));
}
