using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.QuantizedSources;

/// <summary>
/// Replaces quantized weights by the numbers that they stand for, computed while they are read. The methods and formats are those of llama.cpp's converter,
/// whose results are reproduced to the bit; others are refused by name.
/// </summary>
internal static class WeightRestorer
{
    private static readonly ImmutableArray<string> ActivationScales = [".activation_scale", "_activation_scale", ".qscale_act"];

    // Each thread reads one tensor at a time, so that none is read anew for every run of its rows.
    private static int RecentTensors => Math.Max(4, Environment.ProcessorCount);

    /// <summary>Restores the weights.</summary>
    /// <exception cref="CheckpointException">The method is not supported, or the tensors do not fit together.</exception>
    public static void Restore(WeightSet weights, QuantizationConfig config)
    {
        switch (config.Method)
        {
            case null:
                return;
            case "bitnet":
                RestoreScaled(weights, ".weight_scale", ".weight", PackedTernaryTensor.Of);
                break;
            case "fp8":
                RestoreFp8(weights, config);
                break;
            case "gptq":
                RestoreGptq(weights, config);
                break;
            case "compressed-tensors":
                RestoreCompressed(weights, config);
                break;
            case "modelopt":
                RestoreModelOpt(weights);
                break;
            default:
                throw NotSupported($"the quantization method '{config.Method}'", AdviceFor(config.Method));
        }

        weights.Complete();
    }

    /// <summary>Refuses a checkpoint whose quantization method is unknown, where no weight is read (an adapter's base).</summary>
    /// <exception cref="CheckpointException">The method is not supported.</exception>
    public static void Check(QuantizationConfig config) => Restore(new WeightSet(new(StringComparer.Ordinal)), config);

    private static void RestoreFp8(WeightSet weights, QuantizationConfig config)
    {
        var block = BlockOf(config["weight_block_size"]);
        var recent = new RecentValues<float[]>(RecentTensors);
        RestoreScaled(weights, "_scale_inv", "", Scale, isFloat8: true);
        RestoreScaled(weights, ".qscale_weight", ".weight", Scale, isFloat8: true);
        foreach (var name in weights.Tensors.Keys.Where(name => ActivationScales.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal))))
        {
            weights.Remove(name);
        }

        TensorSource Scale(TensorSource weight, TensorSource scale) => ScaledTensor.Of(weight, scale, block, recent);
    }

    private static void RestoreGptq(WeightSet weights, QuantizationConfig config)
    {
        var bits = config["bits"]?.Integer;
        if (bits is not (2 or 4 or 8))
        {
            throw NotSupported($"GPTQ with {bits} bits", "Use the model's unquantized checkpoint, or one with 2, 4 or 8 bits.");
        }

        var zeroOffset = (config["checkpoint_format"]?.Text ?? "gptq") == "gptq" ? 1 : 0;
        var recent = new RecentValues<GptqTensor.Parts>(RecentTensors);
        foreach (var stem in weights.StemsOf(".qweight"))
        {
            var (groups, words) = (weights.Take($"{stem}.g_idx"), weights.Take($"{stem}.qweight"));
            var (zeros, scales) = (weights.Take($"{stem}.qzeros"), weights.Take($"{stem}.scales"));
            weights.Add($"{stem}.weight", () => GptqTensor.Of(words, zeros, scales, groups, (int)bits, zeroOffset, recent));
        }
    }

    private static void RestoreCompressed(WeightSet weights, QuantizationConfig config)
    {
        if (config.HasNvfp4Format)
        {
            return;
        }

        if (config.Groups is not [var group])
        {
            throw NotSupported($"compressed-tensors with {config.Groups.Length} groups (config_groups)", "Use the model's unquantized checkpoint.");
        }

        var weightConfig = group["weights"] is { ValueKind: JsonValueKind.Object } json
            ? new ModelConfig(json.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value)))
            : new ModelConfig([]);
        var strategy = weightConfig.Find("strategy")?.Text;
        var groupSize = weightConfig.Find("group_size")?.Integer;
        switch (config.Format, strategy)
        {
            case ("float-quantized" or "int-quantized" or "naive-quantized", "channel" or "block") when groupSize is null:
                var block = BlockOf(weightConfig.Find("block_structure"));
                var recent = new RecentValues<float[]>(RecentTensors);
                var isFloat8 = config.Format == "float-quantized" && weightConfig.Find("type")?.Text == "float" && weightConfig.Find("num_bits")?.Integer == 8;
                RestoreScaled(weights, ".weight_scale", ".weight", (weight, scale) => ScaledTensor.Of(weight, scale, block, recent), isFloat8);
                break;
            case ("pack-quantized", "group") when (weightConfig.Find("type")?.Text ?? "int") == "int" && groupSize is > 0 and <= int.MaxValue:
                RestorePacked(weights, weightConfig.RequireInteger("num_bits"), (int)groupSize);
                break;
            case ("float-quantized" or "int-quantized" or "naive-quantized" or "pack-quantized", _):
                throw NotSupported(
                    $"compressed-tensors '{config.Format}' with the strategy '{strategy}'{(groupSize is null ? "" : $" and groups of {groupSize}")}",
                    "Use the model's unquantized checkpoint.");
            default:
                throw NotSupported($"the format '{config.Format}' of compressed-tensors", "Use the model's unquantized checkpoint.");
        }
    }

    private static void RestorePacked(WeightSet weights, long bits, int groupSize)
    {
        if (bits is < 1 or > 16)
        {
            throw new CheckpointException($"Cannot convert: packed weights of {bits} bits (num_bits of quantization_config) are not possible.");
        }

        foreach (var stem in weights.StemsOf(".weight_packed"))
        {
            var name = $"{stem}.weight";
            var (packed, scale, shape) = (weights.Take($"{name}_packed"), weights.Take($"{name}_scale"), weights.Take($"{name}_shape"));
            var zeroPoint = weights.Find($"{name}_zero_point") is null ? null : weights.Take($"{name}_zero_point");
            weights.Add(name, () => PackedTensor.Of(
                packed, scale, zeroPoint, [.. SmallTensors.ReadIntegers(shape, $"{name}_shape").Select(size => (long)size)], (int)bits, groupSize));
        }
    }

    private static void RestoreModelOpt(WeightSet weights)
    {
        var recent = new RecentValues<float[]>(RecentTensors);
        foreach (var stem in weights.StemsOf(".weight_scale"))
        {
            var name = $"{stem}.weight";
            if (weights.Find(name) is not { } stored)
            {
                weights.Remove($"{name}_scale");
                continue;
            }

            var scale = weights.Take($"{name}_scale");
            weights.Replace(name, weight => ScaledTensor.Of(weight, scale, [], recent));
            if (stored.Type is ElementType.F8_E4M3 or ElementType.F8_E5M2)
            {
                weights.Float8Names.Add(name);
            }
        }

        foreach (var suffix in new[] { ".input_scale", ".k_scale", ".v_scale" })
        {
            weights.StemsOf(suffix).ForEach(stem => weights.Remove(stem + suffix));
        }
    }

    /// <summary>Weights with a tensor of scales beside them.</summary>
    private static void RestoreScaled(
        WeightSet weights, string scaleSuffix, string weightSuffix, Func<TensorSource, TensorSource, TensorSource> restore, bool isFloat8 = false)
    {
        foreach (var stem in weights.StemsOf(scaleSuffix))
        {
            var scale = weights.Take(stem + scaleSuffix);
            weights.Replace(stem + weightSuffix, weight => restore(weight, scale));
            if (isFloat8)
            {
                weights.Float8Names.Add(stem + weightSuffix);
            }
        }
    }

    private static ImmutableArray<long> BlockOf(ConfigValue? value)
    {
        if (value is not { } block)
        {
            return [];
        }

        var sizes = block.IsList ? block.Element.EnumerateArray().Select(size => new ConfigValue(block.Key, size).Integer).ToImmutableArray() : [];
        return !sizes.IsEmpty && sizes.All(size => size is > 0 and <= int.MaxValue)
            ? sizes
            : throw new CheckpointException($"Cannot convert: '{block.Key}' of config.json must be a list of sizes.");
    }

    private static string AdviceFor(string method) => method switch
    {
        "awq" or "auto-round" or "intel/auto-round" => "Use the model's unquantized checkpoint, or a GPTQ or compressed-tensors version of it.",
        "bitsandbytes" => "Weights of bitsandbytes are made when a model is loaded: use the checkpoint that was loaded.",
        _ => "Use the model's unquantized checkpoint (BF16, F16 or F32), or one in FP8, GPTQ, compressed-tensors, ModelOpt or BitNet form.",
    };

    private static CheckpointException NotSupported(string feature, string advice) => CheckpointException.NotSupported(feature, advice);
}
