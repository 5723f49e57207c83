using GGUFPacker.Build.Engine;

namespace GGUFPacker.Cli.Output;

/// <summary>Tells a display of another kind of progress, at once and on the thread that tells it.</summary>
/// <param name="display">The display; null for nobody.</param>
/// <param name="translate">Makes an event of the display's kind.</param>
internal sealed class ProgressRelay<T>(IProgress<BuildProgress>? display, Func<T, BuildProgress> translate) : IProgress<T>
{
    /// <inheritdoc/>
    public void Report(T value) => display?.Report(translate(value));
}
