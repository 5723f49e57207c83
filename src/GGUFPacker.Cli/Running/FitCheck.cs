using System.Globalization;
using GGUFPacker.Cli.Estimates;
using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Engines;
using GGUFPacker.Estimation.Fitting;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Cli.Running;

/// <summary>
/// Holds a model's memory against the machine's before it is started. llama-server chooses layers and context itself where CMD does not say them (--fit), so
/// what is asked then is whether any choice fits.
/// </summary>
/// <param name="environment">The process around.</param>
internal sealed class FitCheck(CliEnvironment environment)
{
    // What llama-server goes down to by itself.
    private const int LeastContext = 4096;

    /// <summary>Whether the model may be started; tells what it needs, or why it does not fit and what would.</summary>
    /// <param name="source">The model's headers.</param>
    /// <param name="arguments">The server's arguments.</param>
    /// <param name="usesGpus">Whether the server sees the GPUs.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<bool> RunAsync(SourceModels source, ServerArguments arguments, bool usesGpus, CancellationToken cancellationToken)
    {
        var machine = await environment.Machine(environment, cancellationToken).ConfigureAwait(false);
        try
        {
            var engine = EngineArguments.Of(EngineProfile.LlamaServer).Apply(arguments.Values);
            var gpus = usesGpus ? machine.Gpus.Take(engine.DeviceCount ?? int.MaxValue) : [];
            var devices = gpus.Select((bytes, i) => new ComputeDevice(string.Create(CultureInfo.InvariantCulture, $"GPU{i}"), ComputeDeviceKind.Cuda, bytes));
            var host = new ComputeDevice("CPU", ComputeDeviceKind.Cpu, machine.Available);
            var setup = new EngineSetup(source.Models, engine, [host, .. devices], PlatformFootprint.Default);
            var asked = setup.Estimate();
            if (Fits(asked, machine) || Fitted(setup, arguments, machine) is not null)
            {
                environment.Console.Note($"gguf-packer: {source.Name} {Describe(asked, machine)}.");
                return true;
            }

            Refuse(source.Name, setup, asked, machine);
            return false;
        }
        catch (EstimateException error)
        {
            environment.Console.Note($"gguf-packer: the memory of {source.Name} is not estimated: {error.Message}");
            return true;
        }
    }

    // Pages of a mapped file may leave the memory again, but a model that is never in it as a whole reads the disk for each word.
    private static bool Fits(EngineEstimate estimate, MachineMemory machine) => MemoryLimits.None.Fits(estimate) && estimate.Host.Total <= machine.Total;

    private static EngineEstimate? Fitted(EngineSetup setup, ServerArguments arguments, MachineMemory machine)
    {
        if (arguments.Last("--fit") is "off" or "0" or "false" or "disabled")
        {
            return null;
        }

        var asked = setup.Arguments.Options.ContextSize;
        var smallest = arguments.Last("--ctx-size") is null or "0"
            ? setup with { Arguments = setup.Arguments.With(options => options with { ContextSize = Math.Min(asked > 0 ? asked : LeastContext, LeastContext) }) }
            : setup;
        var found = arguments.Last("--gpu-layers") is null or "auto" ? LayerFit.Most(smallest, MemoryLimits.None)
            : smallest.Estimate() is var given && MemoryLimits.None.Fits(given) ? given
            : null;
        return found is not null && Fits(found, machine) ? found : null;
    }

    private void Refuse(string name, EngineSetup setup, EngineEstimate estimate, MachineMemory machine)
    {
        var console = environment.Console;
        console.Note($"gguf-packer: {name} {Describe(estimate, machine)}: it does not fit.");
        var remedies = Remedies.Find(setup, MemoryLimits.None with { HostBytes = machine.Available }).ToList();
        foreach (var remedy in remedies)
        {
            console.Note($"  It fits {(remedy.Kind == RemedyKind.SmallerType ? "quantized to" : "with")} {remedy.Change}.");
        }

        var host = setup with { Devices = [.. setup.Devices.Where(device => device.Kind == ComputeDeviceKind.Cpu)] };
        if (setup.Devices.Length > 1 && Fits(host.Estimate(), machine))
        {
            console.Note("  It fits with --device none, which leaves the GPUs alone.");
        }

        console.Note("  --force starts it all the same.");
    }

    private static string Describe(EngineEstimate estimate, MachineMemory machine)
    {
        var about = estimate.Confidence == EstimateConfidence.Exact ? "" : "about ";
        var host = $"{about}{Size(estimate.Host.Total)} of RAM ({Size(machine.Available)} of {Size(machine.Total)} are free)";
        return estimate.Devices.IsEmpty
            ? $"takes {host}"
            : $"takes {about}{Size(estimate.DeviceBytes)} of VRAM ({Size(machine.Gpus.Sum())} are free) and {host}";
    }

    private static string Size(long bytes) => GgufUnits.FormatBytes(bytes);
}
