using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>What an architecture converts, and how.</summary>
/// <param name="HuggingFaceName">The class that config.json names, such as <c>Qwen2ForCausalLM</c>.</param>
/// <param name="Config">The hyperparameters.</param>
/// <param name="Files">The checkpoint's files.</param>
/// <param name="Options">The caller's wishes.</param>
internal sealed record ArchitectureContext(string HuggingFaceName, ModelConfig Config, CheckpointFiles Files, ConvertOptions Options);
