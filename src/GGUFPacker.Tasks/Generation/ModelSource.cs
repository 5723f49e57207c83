using System.Collections.Immutable;

namespace GGUFPacker.Tasks.Generation;

/// <summary>A <c>GGUFModel</c> item.</summary>
/// <param name="Include">As it stands in the project.</param>
/// <param name="FullPath">A checkpoint's directory or a GGUF file.</param>
/// <param name="ConvertType">The type to convert a checkpoint to.</param>
/// <param name="ConvertFlags">Further flags of CONVERT, such as <c>pre-tokenizer</c>.</param>
/// <param name="Name">What its files are called, before the type.</param>
internal sealed record ModelSource(
    string Include,
    string FullPath,
    string ConvertType,
    ImmutableArray<KeyValuePair<string, string?>> ConvertFlags,
    string Name);
