using System.Collections.Immutable;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Placements;

/// <summary>Puts each tensor into a buffer (llama_model_loader::create_tensor, called by each family's load_arch_tensors).</summary>
internal sealed class WeightPlacer(ModelShape shape, EstimateOptions options, ImmutableArray<PlacedDevice> devices, ImmutableArray<int> layers)
{
    private readonly BufferChoice _choice = new(shape, options, devices);
    private readonly OverrideMatcher _overrides = new(options.TensorOverrides);
    private readonly HashSet<int> _placed = [];
    private readonly HashSet<(int Index, BufferKind Kind, int Device)> _buffers = [];
    private readonly ImmutableArray<PlacedWeight>.Builder _weights = ImmutableArray.CreateBuilder<PlacedWeight>(shape.Header.Tensors.Length + 8);

    public ImmutableArray<PlacedWeight> Place()
    {
        var hasOutput = false;
        for (var index = 0; index < shape.Header.Tensors.Length; index++)
        {
            var tensor = shape.Header.Tensors[index];
            var role = TensorRole.Of(tensor.Name, shape.Architecture, shape.Layers);
            hasOutput |= tensor.Name == "output.weight";
            if (role.Use == TensorUse.None || IsSkipped(tensor, role))
            {
                continue;
            }

            if (role.Part == TensorLayer.EveryLayer)
            {
                AddForEachLayer(tensor, index, role.Use);
                continue;
            }

            Add(tensor, index, role.Layer, role.Use, DeviceOf(role));
        }

        if (!hasOutput && Architectures.TiesOutput(shape.Architecture))
        {
            AddTiedOutput();
        }

        if (shape.Architecture == "codeshell")
        {
            AddEmbeddingsOfOutput();
        }

        return _weights.ToImmutable();
    }

    private bool IsSkipped(TensorInfo tensor, TensorRole role) =>
        !(options.LoadPrediction && PredictionTensors.AreLoadedOnDemand(shape.Architecture))
            && role.Part == TensorLayer.Layer
            && role.Layer >= shape.TrunkLayers
        && Architectures.SkipsPrediction(shape.Architecture) && !PredictionTensors.IsLoaded(tensor.Name, shape.Architecture);

    private int DeviceOf(TensorRole role) => role.Part switch
    {
        TensorLayer.Input => Placement.Host,
        TensorLayer.Output => layers[^1],
        _ => layers[role.Layer],
    };

    // The output uses the embeddings' table as a matrix. Only if that lies in the same kind of buffer is it there once.
    private void AddTiedOutput()
    {
        var embeddings = _weights.FirstOrDefault(weight => weight.Tensor.Name == "token_embd.weight");
        if (embeddings is null)
        {
            return;
        }

        if (shape.Architecture is "gemma3n" or "gemma4")
        {
            // Their output is made first, and the embeddings do not look for it.
            var (kind, place) = Override(embeddings.Tensor, TensorUse.Multiply) ?? _choice.Choose(embeddings.Tensor, TensorUse.Multiply, layers[^1]);
            _weights.Add(new PlacedWeight(embeddings.Tensor, embeddings.Index, -1, kind, place, IsCopy: true));
            return;
        }

        Add(embeddings.Tensor, embeddings.Index, -1, TensorUse.Multiply, layers[^1]);
    }

    // CodeShell's files may have the output alone. It is then there twice: the embeddings are made of it first, and the output does not look for them.
    private void AddEmbeddingsOfOutput()
    {
        var output = _weights.FirstOrDefault(weight => weight.Tensor.Name == "output.weight");
        if (output is not null && !_weights.Any(weight => weight.Tensor.Name == "token_embd.weight"))
        {
            _weights.Add(output with { IsCopy = true });
        }
    }

    private void AddForEachLayer(TensorInfo tensor, int index, TensorUse use)
    {
        var last = int.MinValue;
        for (var layer = 0; layer < Math.Min(PredictionTensors.LayersWithShared(shape), shape.StoredLayers); layer++)
        {
            // Layers lie in runs: most need no look.
            if (layers[layer] != last && !(shape.Architecture.StartsWith("gemma4", StringComparison.Ordinal) && shape.SlidingWindowLayers[layer]))
            {
                last = layers[layer];
                Add(tensor, index, layer, use, last);
            }
        }
    }

    /// <summary>Adds a weight, unless the same tensor lies in that buffer already.</summary>
    private void Add(TensorInfo tensor, int index, int layer, TensorUse use, int device)
    {
        var (kind, place) = Override(tensor, use) ?? _choice.Choose(tensor, use, device);
        if (!_buffers.Add((index, kind, place)))
        {
            return;
        }

        var isCopy = !_placed.Add(index);
        _weights.Add(new PlacedWeight(tensor, index, layer, kind, place, isCopy));
    }

    private (BufferKind Kind, int Device)? Override(TensorInfo tensor, TensorUse use)
    {
        if (_overrides.Find(tensor.Name) is not { } found)
        {
            return null;
        }

        if (found.Device is not { } index)
        {
            return _choice.Choose(tensor, use, Placement.Host);
        }

        for (var i = 0; i < devices.Length; i++)
        {
            if (devices[i].Index == index)
            {
                return (BufferKind.Device, i);
            }
        }

        throw new EstimateException($"The tensor override '{found.Pattern}' names device number {index}, which is not in use.");
    }
}
