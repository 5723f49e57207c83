namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>A model's configuration and the architecture that it names.</summary>
/// <param name="Architecture">The Hugging Face class, such as <c>LlamaForCausalLM</c>.</param>
/// <param name="Config">The hyperparameters, the text model's merged over the root's.</param>
internal sealed record LoadedConfig(string Architecture, ModelConfig Config);
