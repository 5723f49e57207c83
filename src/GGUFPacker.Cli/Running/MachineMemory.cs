using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;

namespace GGUFPacker.Cli.Running;

/// <summary>The memory of this machine.</summary>
/// <param name="Total">Bytes of RAM.</param>
/// <param name="Available">Bytes of RAM that programs could have now.</param>
/// <param name="Gpus">Free bytes of each of NVIDIA's GPUs.</param>
internal sealed record MachineMemory(long Total, long Available, ImmutableArray<long> Gpus)
{
    private const string MemoryInfo = "/proc/meminfo";
    private static readonly string[] s_query = ["--query-gpu=memory.free", "--format=csv,noheader,nounits"];

    /// <summary>Asks the system, and nvidia-smi if it is there.</summary>
    public static async Task<MachineMemory> ReadAsync(CliEnvironment environment, CancellationToken cancellationToken)
    {
        var total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var available = total;
        if (File.Exists(MemoryInfo))
        {
            var lines = await File.ReadAllLinesAsync(MemoryInfo, cancellationToken).ConfigureAwait(false);
            (total, available) = (Kibibytes(lines, "MemTotal:") ?? total, Kibibytes(lines, "MemAvailable:") ?? available);
        }

        return new MachineMemory(
            total,
            available,
            ProgramPath.Find(environment, "nvidia-smi") is { } program ? await AskGpusAsync(program, cancellationToken).ConfigureAwait(false) : []);
    }

    /// <summary>What nvidia-smi says: a number of MiB in each line. What it cannot say of a GPU is left out.</summary>
    internal static ImmutableArray<long> ParseGpus(string answer) =>
    [
        .. answer.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(line => int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var mebibytes) ? (long)mebibytes << 20 : 0)
            .Where(bytes => bytes > 0),
    ];

    private static async Task<ImmutableArray<long>> AskGpusAsync(string program, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, s_query) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            var answer = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await error.ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return process.ExitCode == 0 ? ParseGpus(answer) : [];
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private static long? Kibibytes(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
        && long.TryParse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes)
            ? kibibytes << 10
            : null;
}
