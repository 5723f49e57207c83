namespace GGUFPacker.Estimation.Engines;

/// <summary>What a file is to an engine.</summary>
public enum EngineRole
{
    /// <summary>The model.</summary>
    Model,

    /// <summary>The draft model of speculative decoding, or the context in which the model drafts for itself.</summary>
    Drafter,

    /// <summary>The multimodal projector.</summary>
    Projector,

    /// <summary>A LoRA adapter.</summary>
    Adapter,

    /// <summary>Control vectors: one set of vectors, however many files are summed into it.</summary>
    ControlVector,
}
