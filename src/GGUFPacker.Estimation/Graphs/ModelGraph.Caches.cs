using GGUFPacker.Estimation.Caches;

namespace GGUFPacker.Estimation.Graphs;

/// <content>Reads and writes of attention caches (llama_kv_cache::cpy_k, cpy_v, get_k and get_v).</content>
internal sealed partial class ModelGraph
{
    /// <summary>Keys and values of each layer of a cache, made when first asked for.</summary>
    private readonly Dictionary<AttentionCache, GraphTensor?[]> _caches = new(ReferenceEqualityComparer.Instance);

    /// <summary>Stores keys of one head in an indexer's cache, and gives back all that it has (cpy_k and get_k).</summary>
    public GraphTensor IndexKeys(AttentionCache cache, int layer, GraphTensor k, GraphTensor indices)
    {
        StoreKeys(cache, layer, k, indices);
        return SingleHeadKeys(cache, layer);
    }

    /// <summary>Stores keys of a layer (cpy_k).</summary>
    public void StoreKeys(AttentionCache cache, int layer, GraphTensor k, GraphTensor indices) =>
        Expand(StoreKeysAt(cache, cache.LayerPlaces[layer], k, indices));

    /// <summary>All keys of a layer whose keys have one head (get_k).</summary>
    public GraphTensor SingleHeadKeys(AttentionCache cache, int layer)
    {
        var keys = CacheTensor(cache, cache.LayerPlaces[layer], values: false);
        var row = TypeSizes.RowBytes(keys.Type, keys.Ne[0]);
        return G.View4D(keys, new Dimensions(keys.Ne[0], 1, cache.Cells, cache.Streams), row, row, row * cache.Cells, 0);
    }

    /// <summary>The states of a layer that are neither attention's nor recurrent, in the plan's order.</summary>
    public GraphTensor[] States(int layer) => [.. Caches.States.Where(state => state.Layer == layer).Select(Stored)];

    private GraphTensor StoreKeysAt(AttentionCache cache, int place, GraphTensor k, GraphTensor indices)
    {
        var columns = k.Ne[0] * k.Ne[1];
        var rows = G.View2D(k, columns, k.Ne[2], k.Nb[2], 0);
        var keys = CacheTensor(cache, place, values: false);
        keys = cache.Streams > 1 ? G.Reshape(keys, columns, cache.Cells * cache.Streams) : keys;
        return G.SetRows(keys, rows, indices);
    }

    private GraphTensor StoreValues(AttentionCache cache, int place, GraphTensor v, GraphTensor indices)
    {
        var columns = v.Ne[0] * v.Ne[1];
        var tokens = v.Ne[2];
        var values = CacheTensor(cache, place, values: true);
        if (!cache.TransposedValues)
        {
            var rows = G.View2D(v, columns, tokens, v.Nb[2], 0);
            values = cache.Streams > 1 ? G.Reshape(values, columns, cache.Cells * cache.Streams) : values;
            return G.SetRows(values, rows, indices);
        }

        v = TypeSizes.RowBytes(v.Type, columns) == v.Nb[2] ? G.Reshape(v, columns, tokens) : G.Cont(v, columns, tokens);
        v = columns < values.Ne[0] ? G.Pad(v, values.Ne[0] - columns) : v;

        // Each element is a row of its own, so that a token's values become a column.
        values = G.Reshape(values, 1, values.ElementCount);
        return G.SetRows(values, G.Reshape(v, 1, v.ElementCount), indices);
    }

    private GraphTensor CachedKeys(AttentionCache cache, int place, int layer)
    {
        var keys = CacheTensor(cache, place, values: false);
        var (length, columns) = (Shape.KeyLength(layer), keys.Ne[0]);
        return G.View4D(
            keys,
            new Dimensions(length, Shape.KeyValueHeads[layer], cache.Cells, cache.Streams),
            TypeSizes.RowBytes(keys.Type, length),
            TypeSizes.RowBytes(keys.Type, columns),
            TypeSizes.RowBytes(keys.Type, columns * cache.Cells),
            0);
    }

    private GraphTensor CachedValues(AttentionCache cache, int place, int layer)
    {
        var values = CacheTensor(cache, place, values: true);
        var (length, heads, columns) = (Shape.ValueLength(layer), Shape.KeyValueHeads[layer], values.Ne[0]);
        return cache.TransposedValues
            ? G.View4D(
                values,
                new Dimensions(cache.Cells, heads, length, cache.Streams),
                TypeSizes.RowBytes(values.Type, cache.Cells * length),
                TypeSizes.RowBytes(values.Type, cache.Cells),
                TypeSizes.RowBytes(values.Type, cache.Cells * columns),
                0)
            : G.View4D(
                values,
                new Dimensions(length, heads, cache.Cells, cache.Streams),
                TypeSizes.RowBytes(values.Type, length),
                TypeSizes.RowBytes(values.Type, columns),
                TypeSizes.RowBytes(values.Type, columns * cache.Cells),
                0);
    }

    private GraphTensor CacheTensor(AttentionCache cache, int place, bool values)
    {
        if (place < 0)
        {
            throw new UnknownGraphException($"A layer of a model of architecture {Shape.Architecture} attends without a cache.");
        }

        if (!_caches.TryGetValue(cache, out var tensors))
        {
            _caches.Add(cache, tensors = new GraphTensor?[2 * cache.Layers.Length]);
        }

        ref var tensor = ref tensors[(2 * place) + (values ? 1 : 0)];
        if (tensor is null)
        {
            var layer = cache.Layers[place];
            var ne = new Dimensions(values ? layer.ValueColumns : layer.KeyColumns, cache.Cells, cache.Streams);
            tensor = G.Stored(values ? cache.ValueType : cache.KeyType, ne, _backends.OfCache(layer.Device), isWeight: false);
        }

        return tensor;
    }
}
