namespace GGUFPacker.Packerfile.Instructions;

/// <summary>What a file that CMD names is for.</summary>
public enum CommandFileKind
{
    /// <summary>The model: -m, --model.</summary>
    Model,

    /// <summary>The draft model: -md, --model-draft, --spec-draft-model.</summary>
    Drafter,

    /// <summary>The multimodal projector: --mmproj.</summary>
    Projector,

    /// <summary>A LoRA adapter or a control vector.</summary>
    Adapter,
}
