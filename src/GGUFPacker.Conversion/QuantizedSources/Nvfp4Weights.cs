using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.QuantizedSources;

/// <summary>
/// Takes the NVFP4 weights out of a checkpoint: each becomes a tensor of ggml's blocks, and vectors with its global scale and that of its input where they
/// are not 1. Experts are stacked. They come before all other tensors.
/// </summary>
/// <param name="mapName">The GGUF name of a checkpoint's name.</param>
/// <param name="transform">What the architecture does with the rows of a weight (by its name), also with those of its scales.</param>
internal sealed partial class Nvfp4Weights(Func<string, string> mapName, Func<string, TensorSource, TensorSource> transform)
{
    private readonly List<NamedTensor> _result = [];
    private readonly OrderedDictionary<(long Block, string Projection), List<Expert>> _experts = [];

    /// <summary>Takes the weights.</summary>
    /// <param name="weights">All tensors; those that are taken are gone then.</param>
    /// <param name="isCompressed">Whether names and scales are those of compressed-tensors.</param>
    /// <param name="expertCount">The experts of a layer, or 0.</param>
    /// <returns>The tensors with their GGUF names.</returns>
    /// <exception cref="CheckpointException">Tensors do not fit together.</exception>
    public IReadOnlyList<NamedTensor> Take(WeightSet weights, bool isCompressed, long expertCount)
    {
        if (isCompressed)
        {
            Rename(weights);
        }

        foreach (var stem in weights.StemsOf(".weight"))
        {
            var name = $"{stem}.weight";
            var scaleName = name.Replace(".weight", ".weight_scale", StringComparison.Ordinal);
            if (weights.Find(scaleName) is not { Shape.Length: >= 2 })
            {
                // FP8, which has one scale for a row at most, is restored like other weights.
                continue;
            }

            var (codes, scales) = (weights.Take(name), weights.Take(scaleName));
            var globalScale = TakeScale(weights, name.Replace(".weight", ".weight_scale_2", StringComparison.Ordinal));
            var inputScale = TakeScale(weights, name.Replace(".weight", ".input_scale", StringComparison.Ordinal));
            if (ExpertPattern().Match(name) is { Success: true } match)
            {
                TakeExpert(name, match, Pack(name, codes, scales), globalScale, inputScale, expertCount);
                continue;
            }

            var mapped = mapName(name);
            _result.Add(new NamedTensor(mapped, Pack(name, transform(name, codes), transform(name, scales))));
            AddScale(mapped, ".scale", globalScale);
            AddScale(mapped, ".input_scale", inputScale);
        }

        foreach (var key in _experts.Keys.ToList())
        {
            Flush(key);
        }

        foreach (var suffix in new[] { ".k_scale", ".v_scale" })
        {
            weights.StemsOf(suffix).ForEach(stem => weights.Remove(stem + suffix));
        }

        weights.Complete();
        return _result;
    }

    /// <summary>Gives compressed-tensors' weights ModelOpt's names; the global scales are stored as reciprocals.</summary>
    private static void Rename(WeightSet weights)
    {
        foreach (var name in weights.Tensors.Keys.ToList())
        {
            if (name.EndsWith(".weight_packed", StringComparison.Ordinal))
            {
                Move(name, name[..^"_packed".Length], tensor => tensor);
            }
            else if (name.EndsWith(".weight_global_scale", StringComparison.Ordinal))
            {
                Move(name, name.Replace(".weight_global_scale", ".weight_scale_2", StringComparison.Ordinal), Reciprocal);
            }
            else if (name.EndsWith(".input_global_scale", StringComparison.Ordinal))
            {
                Move(name, name.Replace(".input_global_scale", ".input_scale", StringComparison.Ordinal), Reciprocal);
            }
        }

        void Move(string from, string to, Func<TensorSource, TensorSource> change)
        {
            if (weights.Find(to) is null && weights.Tensors.Remove(from, out var tensor))
            {
                weights.Tensors.Add(to, change(tensor));
            }
        }

        static TensorSource Reciprocal(TensorSource scale) => new ConstantTensor([.. SmallTensors.ReadSingles(scale).Select(number => 1f / number)]);
    }

    private static float[] TakeScale(WeightSet weights, string name) => weights.Find(name) is null ? [1] : SmallTensors.ReadSingles(weights.Take(name));

    private static EncodedTensor Pack(string name, TensorSource codes, TensorSource scales)
    {
        try
        {
            return Nvfp4Tensor.Of(codes, scales);
        }
        catch (ArgumentException exception)
        {
            throw new CheckpointException($"Cannot convert the tensor '{name}': {exception.Message}", exception);
        }
    }

    private void AddScale(string mapped, string suffix, float[] scale)
    {
        if (scale.Length > 1 || !(Math.Abs((double)scale.Sum() - 1) < 1e-6))
        {
            _result.Add(new NamedTensor(mapped.Replace(".weight", suffix, StringComparison.Ordinal), new ConstantTensor([.. scale])));
        }
    }

    private void TakeExpert(string name, Match match, EncodedTensor tensor, float[] globalScale, float[] inputScale, long expertCount)
    {
        var block = BlockPattern().Match(name) is { Success: true } layer ? Number(layer) : 0;
        var key = (block, match.Groups[2].Value);
        if (!_experts.TryGetValue(key, out var experts))
        {
            _experts.Add(key, experts = []);
        }

        experts.Add(new Expert(Number(match), tensor, globalScale.Sum(), inputScale.Sum()));
        if (expertCount > 0 && experts.Count >= expertCount)
        {
            Flush(key);
        }
    }

    private void Flush((long Block, string Projection) key)
    {
        _experts.Remove(key, out var experts);
        var ordered = experts!.OrderBy(expert => expert.Number).ToList();
        var merged = $"model.layers.{key.Block}.mlp.experts.{key.Projection}.weight";
        var mapped = mapName(merged);
        try
        {
            _result.Add(new NamedTensor(mapped, EncodedStack.Of([.. ordered.Select(expert => expert.Tensor)])));
        }
        catch (ArgumentException exception)
        {
            throw new CheckpointException($"Cannot stack the experts of '{merged}': {exception.Message}", exception);
        }

        AddScales(mapped, ".scale", [.. ordered.Select(expert => expert.GlobalScale)]);
        AddScales(mapped, ".input_scale", [.. ordered.Select(expert => expert.InputScale)]);
    }

    private void AddScales(string mapped, string suffix, ImmutableArray<float> scales)
    {
        // As numpy's allclose: 1 is the number to compare with, so both tolerances add up.
        if (!scales.All(scale => Math.Abs((double)scale - 1) <= 1e-6 + 1e-5))
        {
            _result.Add(new NamedTensor(mapped.Replace(".weight", suffix, StringComparison.Ordinal), new ConstantTensor(scales)));
        }
    }

    private static long Number(Match match) => long.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new CheckpointException($"Cannot convert: the number in '{match.Value}' of a tensor's name is too large.");

    [GeneratedRegex(@"\.experts\.([0-9]+)\.(gate_proj|up_proj|down_proj)\.weight$", RegexOptions.CultureInvariant)]
    private static partial Regex ExpertPattern();

    [GeneratedRegex(@"\.layers\.([0-9]+)\.", RegexOptions.CultureInvariant)]
    private static partial Regex BlockPattern();

    private sealed record Expert(long Number, EncodedTensor Tensor, float GlobalScale, float InputScale);
}
