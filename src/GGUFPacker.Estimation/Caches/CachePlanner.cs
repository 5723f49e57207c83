using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;

namespace GGUFPacker.Estimation.Caches;

/// <summary>Decides what a context remembers (llama_model::create_memory).</summary>
internal sealed class CachePlanner(ModelShape shape, ResolvedContext context, Placement placement)
{
    private const int WindowPadding = 256;

    public static CachePlan Plan(ModelShape shape, ResolvedContext context, Placement placement) => new CachePlanner(shape, context, placement).Plan();

    private CachePlan Plan() => context.Prediction ? Prediction() : shape.Architecture switch
    {
        var architecture when Architectures.IsCacheless(architecture) => CachePlan.Nothing,
        "minimax-m3" => new CachePlan([Full(_ => true), Indexer(layer => layer >= shape.DenseLeadLayers)], null),
        "glm-dsa" => new CachePlan([Full(IsTrunk), Indexer(layer => IsTrunk(layer) && shape.IndexerLayers[layer])], null),
        "deepseek32" => new CachePlan([Full(IsTrunk), Indexer(IsTrunk)], null),
        "hy_v4" => new CachePlan(shape.IndexerTop == 0 ? [Full(_ => true)] : [Full(_ => true), Indexer(layer => shape.IndexerLayers[layer])], null),
        "dots3note" => new CachePlan([.. FullAndWindow(IsTrunk), Indexer(layer => IsTrunk(layer) && shape.IndexerLayers[layer])], null),
        "deepseek4" => new CompressedCachePlanner(shape, context, placement, WindowCells(false)).Plan(),
        var architecture when Architectures.IsRecurrent(architecture) => new CachePlan([], Recurrent(_ => true)),
        var architecture when Architectures.IsHybrid(architecture) => Hybrid(),
        _ => new CachePlan([.. FullAndWindow(shape.PredictionLayers > 0 && shape.TrunkLayers > 0 && shape.RouterLayer < 0 ? IsTrunk : _ => true)], null),
    };

    /// <summary>
    /// What a context remembers that drafts with the layers for further tokens alone: they attend in the usual way, whatever those before them do.
    /// </summary>
    private CachePlan Prediction() => new([.. FullAndWindow(layer => !IsTrunk(layer))], null);

    private bool IsTrunk(int layer) => layer < shape.TrunkLayers;

    private CachePlan Hybrid()
    {
        Func<int, bool> attends = layer => !shape.RecurrentLayers[layer];
        Func<int, bool> isRecurrent = layer => shape.RecurrentLayers[layer];
        switch (shape.Architecture)
        {
            case "falcon-h1":
                attends = _ => true;
                break;
            case "nemotron_h" or "nemotron_h_moe":
                attends = layer => !shape.RecurrentLayers[layer] && shape.FeedForward[layer] == 0;
                break;
            case "qwen3next" or "qwen35" or "qwen35moe" or "qwen4exp" or "minimax-01":
                attends = layer => IsTrunk(layer) && !shape.RecurrentLayers[layer];
                break;
        }

        var attention = FullAndWindow(attends).ToList();
        if (shape.Architecture == "qwen4exp" && shape.IndexerKeyLength > 0)
        {
            attention.Add(Indexer(attends, keysOnly: true));
        }

        var recurrent = Recurrent(isRecurrent);
        return new CachePlan([.. attention], recurrent) { States = [.. PerLayerEmbeddingStates(recurrent)] };
    }

    /// <summary>One cache, or two of different sizes if the model has windows.</summary>
    private IEnumerable<AttentionCache> FullAndWindow(Func<int, bool> filter)
    {
        if (shape.SlidingWindowKind == SlidingWindowKind.None)
        {
            yield return Full(filter);
            yield break;
        }

        yield return Full(layer => filter(layer) && !shape.SlidingWindowLayers[layer]);
        yield return new AttentionCacheBuilder(shape, context, placement)
        {
            Kind = AttentionCacheKind.SlidingWindow,
            Cells = WindowCells(context.UnifiedCache),
            Filter = layer => filter(layer) && shape.SlidingWindowLayers[layer],
        }.Build();
    }

    /// <summary>What the window and a batch take, but no more than the context.</summary>
    private long WindowCells(bool unified)
    {
        if (context.FullSlidingWindow)
        {
            return context.ContextPerSequence;
        }

        var cells = Math.Min(context.ContextPerSequence, ((long)shape.SlidingWindow * (unified ? context.Sequences : 1)) + context.MicroBatchSize);
        return (cells + WindowPadding - 1) / WindowPadding * WindowPadding;
    }

    private AttentionCache Full(Func<int, bool> filter) =>
        new AttentionCacheBuilder(shape, context, placement) { Kind = AttentionCacheKind.Full, Cells = context.ContextPerSequence, Filter = filter }.Build();

    private AttentionCache Indexer(Func<int, bool> filter, bool? keysOnly = null) =>
        new AttentionCacheBuilder(shape, context, placement)
        {
            Kind = AttentionCacheKind.Indexer,
            Cells = context.ContextPerSequence,
            Filter = filter,
            SingleKeyLength = shape.IndexerKeyLength,
            KeysOnly = keysOnly ?? shape.IsLatent,
            AlwaysRotatesKeys = shape.Architecture is "deepseek32" or "glm-dsa" or "dots3note",
        }.Build();

    private RecurrentCache Recurrent(Func<int, bool> filter) => new()
    {
        Sequences = context.Sequences,
        Rows = (long)context.Sequences * (1 + context.RecurrentSnapshots),
        RollingColumns = RecurrentStates.RollingColumns(shape),
        StateColumns = RecurrentStates.StateColumns(shape),
        Layers = [.. Enumerable.Range(0, shape.TrunkLayers).Where(filter).Select(layer => (layer, DeviceOf(layer)))],
    };

    // Qwen 4's convolution over n-grams has a history of its own (ple_conv_state).
    private IEnumerable<CacheState> PerLayerEmbeddingStates(RecurrentCache recurrent)
    {
        var keys = new HeaderKeys(shape.Header.Metadata, shape.Architecture);
        if (keys.Find("ple.layers") is not { } value || !(value.TryGetArray<int>(out _) || value.TryGetArray<uint>(out _)))
        {
            return [];
        }

        var columns = (keys.Get("ple.conv_kernel") - 1L) * keys.Get("ple.ngram_size") * keys.Get("hyper_connection.count") * shape.EmbeddingLength;
        var layers = new int[value.Count];
        keys.Fill("ple.layers", layers);
        return recurrent.Layers.Where(entry => layers.Contains(entry.Layer)).Select(
            entry => new CacheState(entry.Layer, entry.Device, columns, recurrent.Rows));
    }

    private int DeviceOf(int layer) => context.OffloadCache ? placement.LayerDevices[layer] : Placement.Host;
}
