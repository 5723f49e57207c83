using System.Collections.Immutable;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Placements;

/// <summary>Puts each tensor into a buffer (llama_model_loader::create_tensor).</summary>
internal sealed class WeightPlacer(ModelShape shape, EstimateOptions options, ImmutableArray<PlacedDevice> devices, ImmutableArray<int> layers)
{
    public ImmutableArray<PlacedWeight> Place()
    {
        var weights = ImmutableArray.CreateBuilder<PlacedWeight>(shape.Header.Tensors.Length + 8);
        foreach (var (index, tensor) in shape.Header.Tensors.Index())
        {
            var layer = LayerOf(tensor.Name);
            weights.Add(Weight(tensor, index, layer, layer >= 0 ? layers[layer] : IsInput(tensor.Name) ? Placement.Host : layers[^1], isCopy: false));
        }

        return weights.ToImmutable();
    }

    private PlacedWeight Weight(TensorInfo tensor, int index, int layer, int device, bool isCopy)
    {
        var kind = device != Placement.Host ? BufferKind.Device
            : !devices.IsEmpty && devices[0].Traits.HasPinnedMemory && !options.MemoryMap ? BufferKind.PinnedHost
            : BufferKind.Host;
        return new PlacedWeight(tensor, index, layer, kind, device, isCopy);
    }

    private static bool IsInput(string name) => name.StartsWith("token_embd", StringComparison.Ordinal) || name.StartsWith("position_embd", StringComparison.Ordinal);

    private int LayerOf(string name)
    {
        const string Prefix = "blk.";
        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return -1;
        }

        var layer = 0;
        var i = Prefix.Length;
        for (; i < name.Length && char.IsAsciiDigit(name[i]) && layer < shape.Layers; i++)
        {
            layer = (layer * 10) + (name[i] - '0');
        }

        return i > Prefix.Length && i < name.Length && name[i] == '.' && layer < shape.Layers ? layer : -1;
    }
}
