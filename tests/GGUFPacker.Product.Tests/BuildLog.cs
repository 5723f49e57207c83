using Microsoft.Build.Logging.StructuredLogger;
using Task = Microsoft.Build.Logging.StructuredLogger.Task;

namespace GGUFPacker.Product.Tests;

/// <summary>What a build's binary log tells.</summary>
internal sealed class BuildLog(Build build)
{
    /// <summary>How often a task ran.</summary>
    public int RunsOf(string task) => build.FindChildrenRecursive<Task>(node => node.Name == task).Count;

    /// <summary>Whether a target ran tasks, that is: was neither skipped nor without work.</summary>
    public bool Worked(string target) =>
        build.FindChildrenRecursive<Target>(node => node.Name == target).Any(node => node.FindChildrenRecursive<Task>().Count > 0);

    /// <summary>The messages that hold a text.</summary>
    public IReadOnlyList<string> MessagesWith(string text) =>
        [.. build.FindChildrenRecursive<Message>(node => node.Text.Contains(text, StringComparison.Ordinal)).Select(node => node.Text)];

    public IReadOnlyList<string> Errors => [.. build.FindChildrenRecursive<Error>().Select(node => $"{node.Code}: {node.Text}")];

    public IReadOnlyList<string> Warnings => [.. build.FindChildrenRecursive<Warning>().Select(node => $"{node.Code}: {node.Text}")];
}
