using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>What a projector is converted from.</summary>
/// <param name="HuggingFaceName">The class that config.json names, such as <c>Gemma3ForConditionalGeneration</c>.</param>
/// <param name="Config">The whole configuration.</param>
/// <param name="Preprocessor">preprocessor_config.json with processor_config.json over it.</param>
/// <param name="Files">The checkpoint's files.</param>
/// <param name="Options">The caller's wishes.</param>
internal sealed record ProjectorContext(string HuggingFaceName, ModelConfig Config, ModelConfig Preprocessor, CheckpointFiles Files, ConvertOptions Options);
