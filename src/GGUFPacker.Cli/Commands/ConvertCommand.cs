using System.Collections.Immutable;
using System.CommandLine;
using GGUFPacker.Build.Engine;
using GGUFPacker.Cli.Output;
using GGUFPacker.Conversion;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer convert SRC DST</c>: makes a GGUF file of a checkpoint; all options of llama.cpp's convert_hf_to_gguf.py work.</summary>
internal static class ConvertCommand
{
    private const string Help =
        """
        Converts a checkpoint to a GGUF file, as llama.cpp's convert_hf_to_gguf.py and convert_lora_to_gguf.py do.

        Usage:
          gguf-packer convert SRC [DST] [OPTION]...
          gguf-packer convert --class lora --base DIR ADAPTER [DST] [OPTION]...

        SRC is the checkpoint's directory. DST is a file, in whose name {ftype} stands for the type, or a directory;
        by default the file gets a name by ggml's convention and lies in SRC.

        Options (those of convert_hf_to_gguf.py, and --class, --base and --pre-tokenizer):
          --class CLASS             model (the default), lora (a PEFT adapter), or mmproj (the vision or audio part)
          --base DIR                the model that the adapter was trained on: configuration and tokenizer, no weights
          --mmproj                  the same as --class mmproj
          --outtype TYPE            auto (the default), f32, f16, bf16, q8_0, tq1_0 or tq2_0
          --outfile FILE            the same as DST
          --vocab-only              write the vocabulary without tensors
          --bigendian               write for big-endian machines
          --model-name NAME         general.name
          --metadata FILE           a JSON file with other general.* keys
          --pre-tokenizer NAME      tokenizer.ggml.pre
          --mistral-format          the checkpoint is in Mistral's own format (params.json)
          --fp8-as-q8               weights that are FP8 in the checkpoint become Q8_0
          --split-max-tensors N     split after so many tensors
          --split-max-size N        split after so many bytes; K, M, G
          --no-tensor-first-split   no tensors in the first file
          --dry-run                 print the tensors and write nothing
          --list                    print the families of models that can be converted, with what is special
          --print-supported-models  print only their names in config.json
          --architecture NAME       convert as this architecture, whatever config.json says
          --fuse-qkv                join query, key and value projections
          --fuse-gate-up-exps       join the experts' gates and ways up
          --no-mtp                  leave out layers that predict further tokens
          --mtp                     convert only those
          --dspark                  convert the DSpark drafter of a DeepSeek V4 checkpoint
          --target-model-dir DIR    the model that a drafter drafts for: its tokenizer, no weights
          --disable-mistral-community-chat-template
                                    no chat template for Mistral's own format but the checkpoint's
          --sentence-transformers-dense-modules
                                    convert an embedding model's dense layers too
        """;

    public static Command Create(CliEnvironment environment) =>
        LlamaCommandLine.CreateCommand(
            "convert",
            "Converts a checkpoint to a GGUF file: convert SRC [DST].",
            Help,
            (arguments, cancellationToken) => RunAsync(environment, arguments, cancellationToken));

    private static async Task<int> RunAsync(CliEnvironment environment, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        ConvertCommandLine line;
        try
        {
            line = ConvertCommandLine.Parse(arguments);
        }
        catch (CheckpointException error)
        {
            throw new UsageException(error.Message);
        }

        var console = environment.Console;
        if (line.ListsFamilies)
        {
            WriteFamilies(console.Out);
            return ExitCode.Success;
        }

        if (line.PrintsSupportedModels)
        {
            foreach (var architecture in ModelConverter.SupportedArchitectures)
            {
                console.Out.WriteLine(architecture);
            }

            return ExitCode.Success;
        }

        var source = environment.FullPath(line.ModelPath!);
        var files = CheckpointFiles.FromDirectory(source);
        var options = line.Options with
        {
            MetadataPath = line.Options.MetadataPath is { } metadata ? environment.FullPath(metadata) : null,
            BaseModel = line.BasePath is { } basePath ? CheckpointFiles.FromDirectory(environment.FullPath(basePath)) : null,
        };
        if (line.IsDryRun)
        {
            WritePlan(console, files, options);
            return ExitCode.Success;
        }

        var output = line.OutputPath is { } path ? environment.FullPath(path) : source;
        if (Path.GetDirectoryName(output) is { Length: > 0 } directory)
        {
            Directory.CreateDirectory(directory);
        }

        var name = $"Convert {files.Name}";
        var notes = new List<string>();
        var paths = await ProgressDisplay.RunAsync(environment, async display =>
        {
            var progress = WriteProgress.Of(display, name);
            var result = await ModelConversion.RunAsync(
                files, output, options, progress: progress, notes: notes.Add, cancellationToken: cancellationToken).ConfigureAwait(false);
            display.Report(new BuildProgress { Step = name, Name = name, Status = BuildStepStatus.Completed });
            return result;
        }).ConfigureAwait(false);
        notes.ForEach(console.Note);
        foreach (var written in paths)
        {
            console.Out.WriteLine(written);
        }

        return ExitCode.Success;
    }

    private static void WriteFamilies(TextWriter output)
    {
        foreach (var family in ModelConverter.SupportedFamilies)
        {
            output.WriteLine($"{family.Title} ({string.Join(", ", family.GgufArchitectures)}): {string.Join(", ", family.Names)}");
            if (family.Special.Length > 0)
            {
                output.WriteLine($"    {family.Special}");
            }
        }

        output.WriteLine();
        output.WriteLine("Vision and audio parts (--class mmproj):");
        foreach (var projector in ModelConverter.SupportedProjectors)
        {
            output.WriteLine($"{projector.Title}: {string.Join(", ", projector.Names)}");
        }

        output.WriteLine();
        output.WriteLine("Adapters (--class lora): PEFT's LoRA of all families, of weights whose numbers are not changed on the way.");
    }

    private static void WritePlan(CliConsole console, CheckpointFiles files, ConvertOptions options)
    {
        using var model = ModelConverter.Open(files, options);
        foreach (var note in model.Notes)
        {
            console.Note(note);
        }

        var plan = GgufSplitPlan.Create(model.Tensors, options.SplitMaxTensors, options.SplitMaxBytes, options.NoTensorFirstSplit);
        var table = new TextTable("TENSOR", "TYPE", "SHAPE", "SIZE");
        foreach (var tensor in model.Tensors)
        {
            table.Add(tensor.Name, tensor.Type.ToString(), string.Join('x', tensor.Shape), GgufUnits.FormatBytes(tensor.ByteLength));
        }

        table.Write(console.Out);
        var size = GgufUnits.FormatBytes(model.Tensors.Sum(tensor => tensor.ByteLength));
        console.Out.WriteLine($"{model.Tensors.Length} tensors, {size}, {plan.Count} file(s): {model.DefaultFileName}");
    }
}
