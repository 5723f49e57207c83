namespace GGUFPacker.Tasks.Generation;

/// <summary>What a model file beside the main one is for.</summary>
internal enum CompanionKind
{
    /// <summary>A LoRA adapter: <c>GGUFAdapter</c>, <c>--lora</c> or <c>--lora-scaled</c>.</summary>
    Adapter,

    /// <summary>What makes images or sound tokens: <c>GGUFProjector</c>, <c>--mmproj</c>.</summary>
    Projector,

    /// <summary>A small model that drafts for the main one: <c>GGUFDrafter</c>, <c>-md</c>.</summary>
    Drafter,
}
