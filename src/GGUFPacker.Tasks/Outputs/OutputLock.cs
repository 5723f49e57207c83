namespace GGUFPacker.Tasks.Outputs;

/// <summary>Keeps a second build of the same project waiting: it then finds the first one's results.</summary>
internal sealed class OutputLock : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private readonly FileStream _file;

    private OutputLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, waiting for it as long as it takes. The system frees it when its process ends, however it ends.</summary>
    /// <param name="path">The lock's file; it stays.</param>
    /// <param name="whenWaiting">Called once if another build has the lock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<OutputLock> TakeAsync(string path, Action whenWaiting, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (var waiting = false; ; waiting = true)
        {
            try
            {
                return new OutputLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException)
            {
                if (!waiting)
                {
                    whenWaiting();
                }

                await Task.Delay(Interval, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();
}
