namespace GGUFPacker.Packerfile.Linting;

/// <summary>What is known of a path that an instruction writes.</summary>
/// <param name="IsTree">Whether it may be a directory, with files that the GGUFPackerfile does not name.</param>
/// <param name="IsQuantized">Whether it is a model of a quantized type.</param>
/// <param name="IsFromElsewhere">Whether it is a GGUF file that was added, not made here.</param>
internal sealed record FileFacts(bool IsTree = false, bool IsQuantized = false, bool IsFromElsewhere = false);
