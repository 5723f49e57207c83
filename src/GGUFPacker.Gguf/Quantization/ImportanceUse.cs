namespace GGUFPacker.Gguf.Quantization;

/// <summary>What a tensor type makes of an importance matrix.</summary>
public enum ImportanceUse
{
    /// <summary>Nothing: the bytes are the same without one.</summary>
    Ignored,

    /// <summary>Errors are weighed with it where there is one; even weights that are all 1 give other bytes than none.</summary>
    Optional,

    /// <summary>The type cannot be made without one.</summary>
    Required,
}
