namespace GGUFPacker.Conversion;

/// <summary>What a conversion makes of a checkpoint.</summary>
public enum ConversionKind
{
    /// <summary>The text model.</summary>
    Model,

    /// <summary>A LoRA adapter, of a folder that PEFT has written.</summary>
    Adapter,

    /// <summary>The projector of a multimodal model: its vision or audio encoder, for llama.cpp's option --mmproj.</summary>
    Projector,
}
