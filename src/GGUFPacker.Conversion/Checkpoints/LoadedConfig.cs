namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>A model's configuration and the architecture that it names.</summary>
/// <param name="Architecture">The Hugging Face class, such as <c>LlamaForCausalLM</c>.</param>
/// <param name="Config">The hyperparameters, the text model's merged over the root's.</param>
/// <param name="RootArchitecture">The class that the root of config.json names.</param>
internal sealed record LoadedConfig(string Architecture, ModelConfig Config, string RootArchitecture);
