namespace GGUFPacker.Gguf.Tests.Quantization.Model;

/// <summary>What a group of recorded command lines is about.</summary>
internal enum FileGoldenKind
{
    /// <summary>A model in every file type.</summary>
    Types,

    /// <summary>A model in every file type, by an importance matrix.</summary>
    WeighedTypes,

    /// <summary>Options.</summary>
    Options,
}
