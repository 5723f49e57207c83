using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>A file that cannot be read, as whoever tries is told. What leaves it out, or does not look at it, is not disturbed.</summary>
internal sealed class FaultyContent(BuildSession session, GraphNode node, string fault) : FileContent
{
    public override ValueTask<string> IdentifyAsync(CancellationToken cancellationToken) => session.GuardAsync<string>(node, () => throw Fault());

    public override ValueTask<StoredFile> StoreAsync(CancellationToken cancellationToken) => session.GuardAsync<StoredFile>(node, () => throw Fault());

    private StepException Fault() => new($"{fault} Leave it out with --exclude, or copy what is needed.");
}
