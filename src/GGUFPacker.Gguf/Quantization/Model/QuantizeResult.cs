using System.Collections.Immutable;

namespace GGUFPacker.Gguf.Quantization.Model;

/// <summary>What <see cref="GgufQuantizer"/> did.</summary>
/// <param name="Plan">What became of each tensor.</param>
/// <param name="Paths">The files written; none after a dry run.</param>
public sealed record QuantizeResult(QuantizationPlan Plan, ImmutableArray<string> Paths);
