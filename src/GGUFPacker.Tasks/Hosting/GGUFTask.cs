using GGUFPacker.Tasks.Reporting;
using Microsoft.Build.Framework;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace GGUFPacker.Tasks.Hosting;

/// <summary>A task that can take long: it stops when the build is cancelled or its process is gone, and turns what goes wrong into build errors.</summary>
public abstract class GGUFTask : MSBuildTask, ICancelableTask
{
    private readonly CancellationTokenSource _cancellation = new();

    /// <summary>The project; errors of no other place point to it.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <inheritdoc />
    public void Cancel() => _cancellation.Cancel();

    /// <inheritdoc />
    public override bool Execute()
    {
        using var watch = ParentProcess.StartedThisAsTaskHost ? ParentProcess.Watch(Cancel) : null;
        try
        {
            RunAsync(_cancellation.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception)
        {
            Log.LogFailure(exception, ProjectFile);
        }

        return !Log.HasLoggedErrors;
    }

    /// <summary>Does the task's work.</summary>
    /// <param name="cancellationToken">Cancelled with the build.</param>
    protected abstract Task RunAsync(CancellationToken cancellationToken);
}
