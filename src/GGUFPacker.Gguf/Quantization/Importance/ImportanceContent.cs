using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Gguf.Quantization.Importance;

/// <summary>What a file of an importance matrix says, but for the sums themselves.</summary>
/// <param name="Entries">The entries by name; of several with one name the last.</param>
/// <param name="Datasets">The names of the texts that it was computed on.</param>
/// <param name="ChunkCount">The number of pieces of text.</param>
internal sealed record ImportanceContent(SortedDictionary<string, ImportanceEntry> Entries, ImmutableArray<GgufString> Datasets, int ChunkCount);
