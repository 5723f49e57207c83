namespace GGUFPacker.Build.Graph;

/// <summary>What a stage begins with where that is not scratch: an earlier stage, a named context as a layer, or an image.</summary>
internal sealed record StageBase
{
    public StageBase(DispatchedStage stage) => Stage = stage;

    public StageBase(CopyNode context) => Context = context;

    public StageBase(BaseImage image) => Image = image;

    public DispatchedStage? Stage { get; }

    public CopyNode? Context { get; }

    public BaseImage? Image { get; }
}
