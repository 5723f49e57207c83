using System.Collections.Immutable;
using System.Globalization;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion;

/// <summary>
/// The command line of a conversion: the options of llama.cpp's convert_hf_to_gguf.py under their own names, <c>--pre-tokenizer</c>, and the output as a
/// second path.
/// As there, an option may be shortened as long as it is unique, and its value may follow an equals sign.
/// </summary>
public sealed record ConvertCommandLine
{
    // Options that change nothing do so because memory is bounded anyway, or because only architectures that are not there yet heed them.
    private static readonly ImmutableArray<Option> Known =
    [
        new("--vocab-only", (line, _) => line with { Options = line.Options with { VocabularyOnly = true } }),
        new("--outfile", (line, value) => line with { OutputPath = value }, TakesValue: true),
        new("--outtype", (line, value) => line with { Options = line.Options with { OutType = ParseOutType(value) }, HasOutType = true }, TakesValue: true),
        new("--class", (line, value) => line with { Options = line.Options with { Kind = ParseKind(value) } }, TakesValue: true),
        new("--base", (line, value) => line with { BasePath = value }, TakesValue: true),
        new("--bigendian", (line, _) => line with { Options = line.Options with { BigEndian = true } }),
        new("--use-temp-file", (line, _) => line with { UsesTemporaryFile = true }),
        new("--no-lazy", (line, _) => line),
        new("--model-name", (line, value) => line with { Options = line.Options with { ModelName = value } }, TakesValue: true),
        new("--verbose", (line, _) => line with { IsVerbose = true }),
        new("--split-max-tensors", (line, value) => line with { Options = line.Options with { SplitMaxTensors = ParseTensors(value) } }, TakesValue: true),
        new(
            "--split-max-size",
            (line, value) => line with { Options = line.Options with { SplitMaxBytes = ParseBytes(value) }, SplitsBySize = value != "0" },
            TakesValue: true),
        new("--dry-run", (line, _) => line with { IsDryRun = true }),
        new("--no-tensor-first-split", (line, _) => line with { Options = line.Options with { NoTensorFirstSplit = true } }),
        new("--metadata", (line, value) => line with { Options = line.Options with { MetadataPath = value } }, TakesValue: true),
        new("--print-supported-models", (line, _) => line with { PrintsSupportedModels = true }),
        new("--list", (line, _) => line with { ListsFamilies = true }),
        new("--architecture", (line, value) => line with { Options = line.Options with { Architecture = value } }, TakesValue: true),
        new("--remote", NotSupported("--remote", "Download the checkpoint and convert its directory.")),
        new("--mmproj", (line, _) => line with { Options = line.Options with { Kind = ConversionKind.Projector } }),
        new("--mtp", (line, _) => line.WithPrediction(TokenPrediction.Only)),
        new("--no-nextn", (line, _) => line.WithPrediction(TokenPrediction.Excluded)),
        new("--no-mtp", (line, _) => line.WithPrediction(TokenPrediction.Excluded)),
        new("--dspark", (line, _) => line with { Options = line.Options with { Architecture = "DeepseekV4DSparkModel" } }),
        new("--mistral-format", (line, _) => line with { Options = line.Options with { MistralFormat = true } }),
        new("--disable-mistral-community-chat-template", (line, _) => line with { Options = line.Options with { CommunityChatTemplate = false } }),
        new("--sentence-transformers-dense-modules", (line, _) => line with { Options = line.Options with { DenseModules = true } }),
        new("--fuse-gate-up-exps", (line, _) => line with { Options = line.Options with { FuseGateUpExperts = true } }),
        new("--fp8-as-q8", (line, _) => line with { Options = line.Options with { Fp8AsQ8 = true } }),
        new("--fuse-qkv", (line, _) => line with { Options = line.Options with { FuseQkv = true } }),
        new("--target-model-dir", (line, value) => line with { TargetPath = value }, TakesValue: true),
        new("--pre-tokenizer", (line, value) => line with { Options = line.Options with { PreTokenizer = value } }, TakesValue: true),
    ];

    /// <summary>The checkpoint's directory; null only where the supported models are asked for.</summary>
    public string? ModelPath { get; private init; }

    /// <summary>The file to write, or null for the default name.</summary>
    public string? OutputPath { get; private init; }

    /// <summary>
    /// The directory of the model that an adapter was trained on, or that a drafter drafts for, for <see cref="ConvertOptions.BaseModel"/>; null for other
    /// conversions.
    /// </summary>
    public string? BasePath { get; private init; }

    /// <summary>How to convert.</summary>
    public ConvertOptions Options { get; private init; } = new();

    /// <summary>Whether only the plan of the output files is wanted.</summary>
    public bool IsDryRun { get; private init; }

    /// <summary>Whether only the names of the architectures are wanted.</summary>
    public bool PrintsSupportedModels { get; private init; }

    /// <summary>Whether the list of families, with what is special about them, is wanted.</summary>
    public bool ListsFamilies { get; private init; }

    /// <summary>Whether more is to be told.</summary>
    public bool IsVerbose { get; private init; }

    private bool HasOutType { get; init; }

    private string? TargetPath { get; init; }

    private bool UsesTemporaryFile { get; init; }

    private bool SplitsBySize { get; init; }

    /// <summary>Parses the arguments.</summary>
    /// <exception cref="CheckpointException">An option is unknown, not supported yet or has a wrong value, or the directory is missing.</exception>
    public static ConvertCommandLine Parse(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var line = new ConvertCommandLine();
        var onlyPositional = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (onlyPositional || argument is "-" or not ['-', ..])
            {
                line = line.WithPath(argument);
                continue;
            }

            if (argument == "--")
            {
                onlyPositional = true;
                continue;
            }

            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var option = Find(equals < 0 ? argument : argument[..equals]);
            string value;
            if (!option.TakesValue)
            {
                value = equals < 0 ? "" : throw new CheckpointException($"The option {option.Name} takes no value.");
            }
            else if (equals >= 0)
            {
                value = argument[(equals + 1)..];
            }
            else
            {
                i++;
                value = i < arguments.Count && !IsOption(arguments[i])
                    ? arguments[i]
                    : throw new CheckpointException($"The option {option.Name} needs a value.");
            }

            line = option.Apply(line, value);
        }

        return line.Checked();
    }

    // The script takes the checkpoint alone; a path behind it is ours, and means --outfile.
    private ConvertCommandLine WithPath(string argument) => this switch
    {
        { ModelPath: null } => this with { ModelPath = argument },
        { OutputPath: null } => this with { OutputPath = argument },
        _ => throw new CheckpointException($"'{argument}' is one argument too many: the checkpoint is '{ModelPath}', the output '{OutputPath}'."),
    };

    private ConvertCommandLine WithPrediction(TokenPrediction prediction) =>
        Options.TokenPrediction is TokenPrediction.Included || Options.TokenPrediction == prediction
            ? this with { Options = Options with { TokenPrediction = prediction } }
            : throw new CheckpointException("--mtp and --no-mtp exclude each other.");

    private ConvertCommandLine Checked()
    {
        if (ModelPath is null && !PrintsSupportedModels && !ListsFamilies)
        {
            throw new CheckpointException("The directory of the checkpoint is missing.");
        }

        if (UsesTemporaryFile && (Options.SplitMaxTensors > 0 || SplitsBySize))
        {
            throw new CheckpointException("--use-temp-file cannot be used when splitting.");
        }

        if (Options.Kind != ConversionKind.Adapter)
        {
            return BasePath is not null ? throw new CheckpointException("--base is only for --class lora.")
                : Options.Kind == ConversionKind.Model ? this with { BasePath = TargetPath }
                : this;
        }

        if (BasePath is null && !PrintsSupportedModels && !ListsFamilies)
        {
            throw new CheckpointException(
                "--class lora needs --base, the directory of the model that the adapter was trained on (configuration and tokenizer).");
        }

        if (HasOutType && Options.OutType is OutType.Auto or OutType.TQ1_0 or OutType.TQ2_0)
        {
            throw new CheckpointException("--outtype of an adapter must be f32 (the default), f16, bf16 or q8_0.");
        }

        return HasOutType ? this : this with { Options = Options with { OutType = OutType.F32 } };
    }

    private static Option Find(string name)
    {
        var candidates = Known.Where(option => option.Name == name).ToList();
        if (candidates.Count == 0 && name.StartsWith("--", StringComparison.Ordinal))
        {
            candidates = [.. Known.Where(option => option.Name.StartsWith(name, StringComparison.Ordinal))];
        }

        return candidates switch
        {
            [var option] => option,
            [] => throw new CheckpointException($"The option {name} is unknown."),
            _ => throw new CheckpointException($"The option {name} could be {string.Join(" or ", candidates.Select(option => option.Name))}."),
        };
    }

    /// <summary>Whether an argument is rather the next option than a value; a negative number is a value.</summary>
    private static bool IsOption(string argument) =>
        argument is ['-', _, ..] && !argument.Contains(' ', StringComparison.Ordinal)
        && !double.TryParse(argument, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static Func<ConvertCommandLine, string, ConvertCommandLine> NotSupported(string name, string advice) =>
        (_, _) => throw CheckpointException.NotSupported($"the option {name}", advice);

    private static OutType ParseOutType(string value) => value switch
    {
        "f32" => OutType.F32,
        "f16" => OutType.F16,
        "bf16" => OutType.BF16,
        "q8_0" => OutType.Q8_0,
        "tq1_0" => OutType.TQ1_0,
        "tq2_0" => OutType.TQ2_0,
        "auto" => OutType.Auto,
        _ => throw new CheckpointException($"--outtype must be f32, f16, bf16, q8_0, tq1_0, tq2_0 or auto, not '{value}'."),
    };

    private static ConversionKind ParseKind(string value) => value.ToLowerInvariant() switch
    {
        "model" => ConversionKind.Model,
        "lora" or "adapter" => ConversionKind.Adapter,
        "mmproj" => ConversionKind.Projector,
        _ => throw new CheckpointException($"--class must be model, lora (or adapter) or mmproj, not '{value}'."),
    };

    private static int ParseTensors(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw new CheckpointException($"--split-max-tensors must be a whole number of 0 or more, not '{value}'.");

    private static long ParseBytes(string value)
    {
        var (digits, unit) = value switch
        {
            [.. var number, 'K'] => (number, 1_000L),
            [.. var number, 'M'] => (number, 1_000_000L),
            [.. var number, 'G'] => (number, 1_000_000_000L),
            _ => (value, 1L),
        };
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= long.MaxValue / unit
            ? count * unit
            : throw new CheckpointException($"--split-max-size must be a number of 0 or more, perhaps with K, M or G, not '{value}'.");
    }

    private sealed record Option(string Name, Func<ConvertCommandLine, string, ConvertCommandLine> Apply, bool TakesValue = false);
}
