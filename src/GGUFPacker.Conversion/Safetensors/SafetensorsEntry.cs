using System.Collections.Immutable;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Safetensors;

/// <summary>A tensor's entry in the header of a safetensors file.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its dimensions, the outermost first.</param>
/// <param name="Begin">The first byte, counted from the end of the header.</param>
/// <param name="End">The byte after the last one.</param>
internal sealed record SafetensorsEntry(string Name, ElementType Type, ImmutableArray<long> Shape, long Begin, long End);
