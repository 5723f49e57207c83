using System.Globalization;

namespace GGUFPacker.Cli.Running;

/// <summary>Runs a plan: starts it, tells where the model answers once it does, and leaves nothing behind.</summary>
/// <param name="model">The model's name, for messages.</param>
/// <param name="environment">The process around.</param>
internal sealed class ModelRun(string model, CliEnvironment environment)
{
    private const int LogTail = 20;

    // What a shell says of a program that Ctrl+C or a request to end has ended.
    private static readonly int[] s_stoppedCodes = [130, 143];

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Finds the program that an engine needs.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public static string FindProgram(CliEnvironment environment, Engine engine) => Find(environment, engine.Program ?? DockerProgram.Name, engine.IsContainer);

    /// <summary>Runs it until it ends or is stopped.</summary>
    public async Task<int> RunAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        var program = await PrepareAsync(plan, cancellationToken).ConfigureAwait(false);
        using var server = ServerProcess.Start(program, plan, environment);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var announced = AnnounceAsync(plan, waiting.Token);
        try
        {
            var exitCode = await server.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (s_stoppedCodes.Contains(exitCode))
            {
                throw new OperationCanceledException();
            }

            if (exitCode != 0)
            {
                environment.Console.Note(string.Create(CultureInfo.InvariantCulture, $"gguf-packer: {plan.Program} ended with exit code {exitCode}."));
            }

            return exitCode == 0 ? ExitCode.Success : ExitCode.Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await server.StopAsync(
                plan.Container is { } container ? () => DockerProgram.StopAsync(program, container, CancellationToken.None) : null).ConfigureAwait(false);
            throw;
        }
        finally
        {
            await waiting.CancelAsync().ConfigureAwait(false);
            await announced.ConfigureAwait(false);
        }
    }

    /// <summary>Starts it, waits until the model answers, and lets it run.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="logPath">Where a program's output goes.</param>
    /// <param name="cancellationToken">Ends it, as long as it is waited for.</param>
    public async Task<int> DetachAsync(RunPlan plan, string logPath, CancellationToken cancellationToken)
    {
        var program = await PrepareAsync(plan, cancellationToken).ConfigureAwait(false);
        return plan.Container is { } container
            ? await DetachContainerAsync(program, plan, container, cancellationToken).ConfigureAwait(false)
            : await DetachProgramAsync(program, plan, logPath, cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> DetachContainerAsync(string docker, RunPlan plan, string container, CancellationToken cancellationToken)
    {
        // The container's id is of no use to those who read where the model answers.
        var quiet = environment with { OwnsStreams = false, Console = environment.Console with { Out = TextWriter.Null } };
        using (var start = ServerProcess.Start(docker, plan, quiet))
        {
            if (await start.WaitAsync(cancellationToken).ConfigureAwait(false) is not 0 and var exitCode)
            {
                environment.Console.Note(string.Create(CultureInfo.InvariantCulture, $"gguf-packer: docker run ended with exit code {exitCode}."));
                return ExitCode.Failure;
            }
        }

        try
        {
            if (!await IsReadyAsync(plan, () => DockerProgram.IsRunningAsync(docker, container, cancellationToken), cancellationToken).ConfigureAwait(false))
            {
                environment.Console.Note($"gguf-packer: the container {container} ended before {model} was ready; without --detach it shows why.");
                return ExitCode.Failure;
            }
        }
        catch (OperationCanceledException)
        {
            await DockerProgram.StopAsync(docker, container, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        Announce(plan, $"'docker logs {container}' shows its output, 'docker stop {container}' ends it.");
        return ExitCode.Success;
    }

    private async Task<int> DetachProgramAsync(string program, RunPlan plan, string logPath, CancellationToken cancellationToken)
    {
        var process = await DetachedProcess.StartAsync(program, plan, logPath, environment, cancellationToken).ConfigureAwait(false);
        try
        {
            if (!await IsReadyAsync(plan, () => Task.FromResult(process.IsRunning), cancellationToken).ConfigureAwait(false))
            {
                foreach (var line in File.ReadLines(logPath).TakeLast(LogTail))
                {
                    environment.Console.Error.WriteLine(line);
                }

                environment.Console.Note($"gguf-packer: {plan.Program} ended before {model} was ready; this is the end of its output.");
                return ExitCode.Failure;
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        Announce(plan, string.Create(CultureInfo.InvariantCulture, $"Its output goes to {logPath}; 'kill {process.Id}' ends it."));
        return ExitCode.Success;
    }

    private static string Find(CliEnvironment environment, string program, bool isDocker) => ProgramPath.Find(environment, program)
        ?? throw new IOException(
            !isDocker
                ? $"There is no program '{program}' on the PATH. --by takes a program, or an image with its registry and tag."
                : $"Neither docker nor a known program ({string.Join(", ", BinaryKinds.Servers)}) is on the PATH. Install one of them, or name a program with --by.");

    private async Task<string> PrepareAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        var program = Find(environment, plan.Program, plan.Container is not null);
        if (plan.Address is { } address && await ServerAddress.IsTakenAsync(address, cancellationToken).ConfigureAwait(false))
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"Something listens on port {address.Port} already; --port takes another one."));
        }

        return program;
    }

    private async Task AnnounceAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Address is not { } address)
        {
            return;
        }

        try
        {
            await HealthProbe.WaitAsync(address, environment.Time, cancellationToken).ConfigureAwait(false);
            environment.Console.Note($"gguf-packer: {model} is ready at {ServerAddress.Text(address)}");
        }
        catch (OperationCanceledException)
        {
            // It ended before.
        }
    }

    private void Announce(RunPlan plan, string note)
    {
        if (plan.Address is { } address)
        {
            environment.Console.Out.WriteLine(ServerAddress.Text(address));
        }

        environment.Console.Note($"gguf-packer: {model} is ready. {note}");
    }

    private async Task<bool> IsReadyAsync(RunPlan plan, Func<Task<bool>> isRunning, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ready = plan.Address is { } address ? HealthProbe.WaitAsync(address, environment.Time, waiting.Token) : Task.CompletedTask;
        try
        {
            while (!ready.IsCompleted && await isRunning().ConfigureAwait(false))
            {
                await Task.WhenAny(ready, Task.Delay(s_pause, environment.Time, waiting.Token)).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }

            return ready.IsCompletedSuccessfully;
        }
        finally
        {
            await waiting.CancelAsync().ConfigureAwait(false);
            await ready.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
