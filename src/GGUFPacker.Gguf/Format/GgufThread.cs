namespace GGUFPacker.Gguf.Format;

/// <summary>Threads of their own for work that keeps a core busy, which the thread pool is not for.</summary>
internal static class GgufThread
{
    /// <summary>Runs work on a new thread.</summary>
    /// <returns>Ends with the work, with its exception if it throws one.</returns>
    public static Task Start(Action work)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                work();
                ended.SetResult();
            }
            catch (Exception error)
            {
                ended.SetException(error);
            }
        })
        {
            IsBackground = true,
            Name = "GGUF rows",
        };
        thread.Start();
        return ended.Task;
    }
}
