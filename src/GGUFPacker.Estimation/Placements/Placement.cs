using System.Collections.Immutable;

namespace GGUFPacker.Estimation.Placements;

/// <summary>Where the layers and the weights of a model lie (llama_model_base::load_tensors).</summary>
internal sealed class Placement
{
    /// <summary>The host's place.</summary>
    public const int Host = -1;

    private readonly Dictionary<string, PlacedWeight> _byName;

    public Placement(
        ImmutableArray<PlacedDevice> devices, ImmutableArray<int> layerDevices, int outputDevice, ImmutableArray<PlacedWeight> weights, bool hasOverrides)
    {
        Devices = devices;
        LayerDevices = layerDevices;
        OutputDevice = outputDevice;
        Weights = weights;
        HasOverrides = hasOverrides;
        _byName = new Dictionary<string, PlacedWeight>(weights.Length, StringComparer.Ordinal);
        foreach (var weight in weights)
        {
            if (!weight.IsCopy)
            {
                _byName.TryAdd(weight.Tensor.Name, weight);
            }
        }

        Embeddings = Find("token_embd.weight") ?? weights.FirstOrDefault(weight => weight.IsCopy && weight.Tensor.Name == "output.weight");
        Output = Find("output.weight")
            ?? weights.FirstOrDefault(weight => weight.IsCopy && weight.Tensor.Name == "token_embd.weight")
            ?? Find("token_embd.weight");
    }

    /// <summary>The devices that the engine uses, the split mode applied; places in all else count in this list.</summary>
    public ImmutableArray<PlacedDevice> Devices { get; }

    /// <summary>Each layer's device, or <see cref="Host"/>.</summary>
    public ImmutableArray<int> LayerDevices { get; }

    /// <summary>The output layer's device, or <see cref="Host"/>.</summary>
    public int OutputDevice { get; }

    /// <summary>All weights, copies included.</summary>
    public ImmutableArray<PlacedWeight> Weights { get; }

    /// <summary>Whether the user put some weights elsewhere, which rules a pipeline out.</summary>
    public bool HasOverrides { get; }

    /// <summary>The matrix of the output layer: its own, or the token embeddings in the role of one; null if the model has none.</summary>
    public PlacedWeight? Output { get; }

    /// <summary>The table of the tokens' embeddings: its own, or the output's matrix in the role of one; null if the model has none.</summary>
    public PlacedWeight? Embeddings { get; }

    /// <summary>A weight by its tensor's name, not as a copy; null if the model has none of that name.</summary>
    public PlacedWeight? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The weight as a layer sees it: the copy on the layer's device, if there is one.</summary>
    public PlacedWeight? Find(string name, int layer)
    {
        if (layer < LayerDevices.Length)
        {
            foreach (var copy in Copies)
            {
                if (copy.Device == LayerDevices[layer] && copy.Tensor.Name == name)
                {
                    return copy;
                }
            }
        }

        return Find(name);
    }

    /// <summary>The place in this placement of a device, or of the host, that another one counts in its own list.</summary>
    /// <exception cref="EstimateException">This placement does not use the device.</exception>
    public int PlaceOf(int device, Placement other)
    {
        if (device == Host)
        {
            return Host;
        }

        for (var place = 0; place < Devices.Length; place++)
        {
            if (Devices[place].Index == other.Devices[device].Index)
            {
                return place;
            }
        }

        throw new EstimateException($"The draft model shares what its target has on device {other.Devices[device].Device.Name}, which it does not use itself.");
    }

    /// <summary>The few weights that are copies.</summary>
    public ImmutableArray<PlacedWeight> Copies => field.IsDefault ? field = [.. Weights.Where(weight => weight.IsCopy)] : field;
}
