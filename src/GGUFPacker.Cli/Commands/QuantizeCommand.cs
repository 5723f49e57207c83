using System.CommandLine;
using System.Text;
using GGUFPacker.Build.Engine;
using GGUFPacker.Cli.Output;
using GGUFPacker.Gguf.Quantization.Model;
using GGUFPacker.Gguf.Quantization.Policy;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer quantize SRC DST TYPE</c>: quantizes a GGUF file; all options of llama.cpp's llama-quantize work.</summary>
internal static class QuantizeCommand
{
    private const string Help =
        """
        Quantizes a GGUF file, as llama.cpp's llama-quantize does.

        Usage:
          gguf-packer quantize [OPTION]... SRC [DST] TYPE [THREADS]

        TYPE is a name or number of llama.cpp's list, in any case:
          {types}
        COPY keeps every tensor as it is. The default of DST is ggml-model-TYPE.gguf beside SRC.

        Options of llama-quantize:
          --imatrix FILE               weigh errors with an importance matrix of llama-imatrix; IQ1, IQ2, IQ3_XXS and Q2_K_S need one
          --include-weights PART       use it for tensors with PART in their name; may be repeated
          --exclude-weights PART       use it for all other tensors; may be repeated
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
          --max-buffer-size MIB        accepted; memory is bounded in any case
          --dry-run                    print the tensors and the size, and write nothing

        Further options:
          --threads N                  threads (default: one per core); the same as THREADS
          --json                       print the result as JSON
        """;

    public static Command Create(CliEnvironment environment) =>
        LlamaCommandLine.CreateCommand(
            "quantize",
            "Quantizes a GGUF file: quantize SRC [DST] TYPE.",
            Help.Replace("{types}", Wrap(QuantizeType.All.Select(type => type.Name), 100, "\n  "), StringComparison.Ordinal),
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
        QuantizeResult result;
        if (line.IsDryRun)
        {
            result = await GgufQuantizer.RunAsync(line, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var name = $"Quantize {Path.GetFileName(line.InputPath)} to {line.Options.Type.Name}";
            result = await ProgressDisplay.RunAsync(environment, async display =>
            {
                var done = await GgufQuantizer.RunAsync(line, WriteProgress.Of(display, name), cancellationToken).ConfigureAwait(false);
                display.Report(new BuildProgress { Step = name, Name = name, Status = BuildStepStatus.Completed });
                return done;
            }).ConfigureAwait(false);
        }

        if (line.PrintsJson)
        {
            QuantizeReport.WriteJson(console.Out, line, result);
            return ExitCode.Success;
        }

        foreach (var note in result.Plan.Notes)
        {
            console.Note($"gguf-packer: {note}");
        }

        QuantizeReport.WriteText(console.Out, line, result);
        return ExitCode.Success;
    }

    private static string Wrap(IEnumerable<string> words, int width, string lineEnd)
    {
        var text = new StringBuilder();
        var column = 0;
        foreach (var word in words)
        {
            var breaks = column + word.Length > width;
            text.Append(column == 0 ? "" : breaks ? lineEnd : " ").Append(word);
            column = (breaks ? 0 : column) + word.Length + 1;
        }

        return text.ToString();
    }
}
