using System.CommandLine;
using GGUFPacker.Build.Engine;
using GGUFPacker.Cli.Output;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Model;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer quantize SRC DST TYPE</c>: quantizes a GGUF file; all options of llama.cpp's llama-quantize work.</summary>
internal static class QuantizeCommand
{
    private const string Help =
        """
        Quantizes a GGUF file: gguf-packer quantize [OPTION]… SRC [DST] TYPE [THREADS].
        TYPE is a name or number of llama.cpp's list, such as Q4_K_M or Q8_0. The default of DST is ggml-model-TYPE.gguf beside SRC.
        The options are those of llama-quantize and stand before SRC, as there: --allow-requantize, --leave-output-tensor, --pure, --output-tensor-type TYPE,
        --token-embedding-type TYPE, --tensor-type NAME=TYPE, --tensor-type-file FILE, --keep-split, --override-kv KEY=TYPE:VALUE, --prune-layers L0,L1,…, --dry-run.
        """;

    public static Command Create(CliEnvironment environment) =>
        LlamaCommandLine.CreateCommand("quantize", Help, (arguments, cancellationToken) => RunAsync(environment, arguments, cancellationToken));

    private static async Task<int> RunAsync(CliEnvironment environment, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        QuantizeCommandLine line;
        try
        {
            line = QuantizeCommandLine.Parse(arguments, environment.CurrentDirectory);
        }
        catch (FormatException error)
        {
            throw new UsageException(error.Message);
        }

        var console = environment.Console;
        if (line.IsDryRun)
        {
            WritePlan(console, (await GgufQuantizer.RunAsync(line, cancellationToken: cancellationToken).ConfigureAwait(false)).Plan);
            return ExitCode.Success;
        }

        var name = $"Quantize {Path.GetFileName(line.InputPath)} to {line.Options.Type.Name}";
        var result = await ProgressDisplay.RunAsync(environment, async display =>
        {
            var done = await GgufQuantizer.RunAsync(line, WriteProgress.Of(display, name), cancellationToken).ConfigureAwait(false);
            display.Report(new BuildProgress { Step = name, Name = name, Status = BuildStepStatus.Completed });
            return done;
        }).ConfigureAwait(false);
        if (result.Plan.FallbackCount > 0)
        {
            console.Note($"gguf-packer: {result.Plan.FallbackCount} of {result.Plan.Tensors.Length} tensors have rows that do not fit the type wanted and got another one.");
        }

        foreach (var path in result.Paths)
        {
            console.Out.WriteLine(path);
        }

        return ExitCode.Success;
    }

    private static void WritePlan(CliConsole console, QuantizationPlan plan)
    {
        var table = new TextTable("TENSOR", "SHAPE", "FROM", "TO", "SIZE");
        foreach (var tensor in plan.Tensors)
        {
            table.Add(
                tensor.Target.Name,
                string.Join('x', tensor.Target.Shape),
                tensor.Source.Type.ToString(),
                tensor.Target.Type + (tensor.IsFallback ? " (instead of " + tensor.WantedType + ")" : ""),
                GgufUnits.FormatBytes(tensor.Target.ByteLength));
        }

        table.Write(console.Out);
        console.Out.WriteLine($"{plan.Tensors.Length} tensors, {GgufUnits.FormatBytes(plan.SourceBytes)} become {GgufUnits.FormatBytes(plan.TargetBytes)}");
    }
}
