using System.Collections.Immutable;
using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.QuantizedSources;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion;

/// <summary>The steps from a checkpoint's tensors to those of the file, which text models, adapters and projectors share.</summary>
internal static class TensorPlan
{
    /// <summary>Tensors that no model needs any more.</summary>
    private static readonly string[] DroppedSuffixes = [".attention.masked_bias", ".attention.bias", ".rotary_emb.inv_freq"];

    /// <summary>The checkpoint's tensors by the names under which they are taken. A name that comes twice keeps its place and takes the later tensor.</summary>
    public static WeightSet Select(CheckpointWeights weights, TensorConverter converter)
    {
        var tensors = new OrderedDictionary<string, TensorSource>(StringComparer.Ordinal);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in weights.Files)
        {
            foreach (var tensorName in file.TensorNames)
            {
                if (converter.Select(tensorName) is { } name)
                {
                    tensors[name] = file.Open(tensorName);
                    files[name] = file.Name;
                }
            }
        }

        return new WeightSet(tensors, files);
    }

    /// <summary>What "auto" means: the 16-bit type of the first tensor that has one and more than one dimension, else F16.</summary>
    public static OutType DetectOutType(WeightSet weights)
    {
        var types = weights.Tensors.Values.Where(tensor => tensor.Shape.Length >= 2).Select(tensor => tensor.Type);
        return types.FirstOrDefault(type => type is ElementType.BF16 or ElementType.F16) == ElementType.BF16 ? OutType.BF16 : OutType.F16;
    }

    /// <summary>Takes weights that are in blocks already, and restores the other quantized ones to numbers.</summary>
    /// <returns>The tensors of blocks, with their GGUF names.</returns>
    /// <exception cref="CheckpointException">The method is not supported, or tensors do not fit together.</exception>
    public static IReadOnlyList<NamedTensor> Restore(WeightSet weights, TensorConverter converter, QuantizationConfig quantization, ModelConfig config)
    {
        if (converter.RestoreOwn(weights, quantization) is { } own)
        {
            return own;
        }

        var ready = new List<NamedTensor>();
        if (quantization.IsNvfp4)
        {
            var nvfp4 = new Nvfp4Weights(converter.MapName, converter.TransformRows);
            ready.AddRange(nvfp4.Take(weights, quantization.IsCompressedNvfp4, config.Find("num_local_experts", "num_experts")?.Integer ?? 0));
        }

        if (converter.HasMxfp4Experts)
        {
            ready.AddRange(Mxfp4Experts.Take(weights, converter.MapName));
        }

        var isComplete = quantization.IsNvfp4 && !weights.Tensors.Keys.Any(name =>
            name.EndsWith(".weight_scale", StringComparison.Ordinal) || name.EndsWith(".weight_scale_inv", StringComparison.Ordinal));
        if (!isComplete && !(converter.HasMxfp4Experts && quantization.IsMxfp4))
        {
            WeightRestorer.Restore(weights, quantization);
        }

        return ready;
    }

    /// <summary>Converts the tensors.</summary>
    /// <param name="weights">The checkpoint's tensors.</param>
    /// <param name="ready">Tensors that have their names and types already and come first.</param>
    /// <param name="converter">What becomes of a tensor.</param>
    /// <param name="outType">The type of the weights; not auto.</param>
    /// <param name="fp8AsQ8">Whether weights that were FP8 numbers become Q8_0.</param>
    /// <exception cref="CheckpointException">A tensor is unknown or does not fit the hyperparameters.</exception>
    public static ImmutableArray<TensorEncoder> Convert(
        WeightSet weights, IReadOnlyList<NamedTensor> ready, TensorConverter converter, OutType outType, bool fp8AsQ8 = false)
    {
        converter.Prepare(weights.Tensors.Keys);
        var encoders = ImmutableArray.CreateBuilder<TensorEncoder>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in ready)
        {
            Add(tensor, tensor.Source is EncodedTensor encoded ? encoded.EncodedType : TensorType.F32, tensor.Name);
        }

        var sources = converter.GenerateTensors().Concat(weights.Tensors
            .Where(weight => !DroppedSuffixes.Any(suffix => weight.Key.EndsWith(suffix, StringComparison.Ordinal)))
            .Select(weight => new NamedTensor(weight.Key, weight.Value)));
        foreach (var tensor in sources)
        {
            var block = TensorNameMap.FirstNumber(tensor.Name);
            TensorType? forcedType = fp8AsQ8 && weights.Float8Names.Contains(tensor.Name) ? TensorType.Q8_0 : null;
            try
            {
                foreach (var converted in converter.Convert(tensor, block))
                {
                    Add(converted, TensorTypeChoice.Choose(converter, tensor.Name, converted, block, outType, forcedType), tensor.Name);
                }
            }
            catch (CheckpointException exception) when (weights.FileOf(tensor.Name) is { } file && !exception.Message.Contains(file, StringComparison.Ordinal))
            {
                throw exception.WithMessage($"{exception.Message} The tensor lies in '{file}'.");
            }
        }

        converter.Complete();
        foreach (var tensor in converter.AppendedTensors())
        {
            Add(tensor, ((EncodedTensor)tensor.Source).EncodedType, tensor.Name);
        }

        return encoders.ToImmutable();

        void Add(NamedTensor tensor, TensorType type, string checkpointName)
        {
            if (!names.Add(tensor.Name))
            {
                throw new CheckpointException($"Cannot convert: two tensors of the checkpoint become '{tensor.Name}'; one is '{checkpointName}'.");
            }

            encoders.Add(new TensorEncoder(tensor.Source, new TensorInfo(tensor.Name, type, [.. tensor.Source.Shape.Reverse()])));
        }
    }
}
