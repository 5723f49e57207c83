using System.Collections.Immutable;

namespace GGUFPacker.Tasks.Generation;

/// <summary>A <c>GGUFQuantizeType</c> item.</summary>
/// <param name="Type">The type in upper case, such as <c>Q4_K_M</c>.</param>
/// <param name="Flags">Further flags of QUANTIZE, such as <c>pure</c>; a null value is a flag without one.</param>
internal sealed record QuantizeVariant(string Type, ImmutableArray<KeyValuePair<string, string?>> Flags);
