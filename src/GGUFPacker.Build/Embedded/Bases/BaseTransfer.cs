using GGUFPacker.Build.Graph;

namespace GGUFPacker.Build.Embedded.Bases;

/// <summary>Tells what comes of a base image, as parts of the step that names it.</summary>
internal readonly record struct BaseTransfer(BuildReporter Reporter, GraphNode Node)
{
    public void Begin(string part, long size) => Reporter.BeginPart(Node, part, size);

    public void Advance(string part, long done, long size) => Reporter.AdvancePart(Node, part, done, size);

    public void End(string part, long size) => Reporter.EndPart(Node, part, size);
}
