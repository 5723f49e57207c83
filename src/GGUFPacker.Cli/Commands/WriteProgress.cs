using GGUFPacker.Build.Engine;
using GGUFPacker.Cli.Output;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Cli.Commands;

/// <summary>Shows the writing of a GGUF file as one step.</summary>
internal static class WriteProgress
{
    public static IProgress<GgufWriteProgress> Of(IProgress<BuildProgress> display, string name) =>
        new ProgressRelay<GgufWriteProgress>(display, progress => new BuildProgress
        {
            Step = name,
            Name = name,
            Status = BuildStepStatus.Advanced,
            Done = progress.BytesDone,
            Total = progress.TotalBytes,
            Detail = progress.Describe(),
        });
}
