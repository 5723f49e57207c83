namespace GGUFPacker.Cli.Running;

/// <summary>What takes a model's arguments.</summary>
internal enum BinaryKind
{
    /// <summary>llama-server, or a program that takes its arguments.</summary>
    LlamaServer,

    /// <summary>llama.cpp's one program, <c>llama serve</c>.</summary>
    Llama,

    /// <summary>llama-box: llama-server's arguments, of its own version.</summary>
    LlamaBox,

    /// <summary>ollama, whose <c>ollama runner</c> is a server for one model.</summary>
    OllamaRunner,
}
