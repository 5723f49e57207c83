using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>What an architecture converts, and how.</summary>
/// <param name="HuggingFaceName">The class that config.json names, such as <c>Qwen2ForCausalLM</c>.</param>
/// <param name="Config">The hyperparameters.</param>
/// <param name="Files">The checkpoint's files.</param>
/// <param name="Weights">Its open weight files.</param>
/// <param name="Options">The caller's wishes.</param>
internal sealed record ArchitectureContext(string HuggingFaceName, ModelConfig Config, CheckpointFiles Files, CheckpointWeights Weights, ConvertOptions Options)
{
    /// <summary>The class that the root of config.json names, where a text model inside it has a name of its own; else the same.</summary>
    public string RootName { get; init; } = HuggingFaceName;
}
