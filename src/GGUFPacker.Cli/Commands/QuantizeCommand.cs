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
        Quantizes a GGUF file, as llama.cpp's llama-quantize does.

        Usage:
          gguf-packer quantize [OPTION]... SRC [DST] TYPE [THREADS]

        TYPE is a name or number of llama.cpp's list, such as Q4_K_M. The default of DST is ggml-model-TYPE.gguf beside SRC.

        Options (those of llama-quantize; they stand before SRC, as there):
          --allow-requantize           take tensors that are quantized already
          --leave-output-tensor        keep output.weight as it is
          --pure                       the same type for every tensor
          --output-tensor-type TYPE    the type of output.weight
          --token-embedding-type TYPE  the type of token_embd.weight
          --tensor-type NAME=TYPE      the type of the tensors whose name matches; may be repeated
          --tensor-type-file FILE      a file of these
          --prune-layers L0,L1,...     leave layers out
          --keep-split                 as many files as SRC has
          --override-kv KEY=TYPE:VALUE set a key; may be repeated
          --dry-run                    print the tensors and write nothing
        """;

    public static Command Create(CliEnvironment environment) =>
        LlamaCommandLine.CreateCommand(
            "quantize",
            "Quantizes a GGUF file: quantize SRC [DST] TYPE.",
            Help,
            (arguments, cancellationToken) => RunAsync(environment, arguments, cancellationToken));

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
            var share = $"{result.Plan.FallbackCount} of {result.Plan.Tensors.Length} tensors";
            console.Note($"gguf-packer: {share} have rows that do not fit the type wanted; they got another.");
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
