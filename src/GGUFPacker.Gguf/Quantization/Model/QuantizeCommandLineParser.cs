using System.Collections.Immutable;
using GGUFPacker.Gguf.Quantization.Importance;
using GGUFPacker.Gguf.Quantization.Policy;

namespace GGUFPacker.Gguf.Quantization.Model;

/// <summary>Reads one command line of llama-quantize.</summary>
internal sealed class QuantizeCommandLineParser(IReadOnlyList<string> arguments, string directory)
{
    private readonly ImmutableArray<TensorTypeRule>.Builder _tensorTypes = ImmutableArray.CreateBuilder<TensorTypeRule>();
    private readonly ImmutableArray<MetadataOverride>.Builder _overrides = ImmutableArray.CreateBuilder<MetadataOverride>();
    private readonly ImmutableArray<string>.Builder _included = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<string>.Builder _excluded = ImmutableArray.CreateBuilder<string>();
    private readonly SortedSet<int> _pruned = [];
    private QuantizeOptions _options = new() { Type = QuantizeType.Copy };
    private string? _imatrix;
    private int _threads;
    private bool _isDryRun;
    private bool _printsJson;
    private int _next;

    public QuantizeCommandLine Parse()
    {
        var input = Operand() ?? throw Missing("the model to quantize");
        var target = Operand() ?? throw Missing("the quantize type");
        string? output = null;
        if (!QuantizeType.TryParse(target, out var type))
        {
            // Whoever misspelt the type without an output sees the type's message, not one about a missing argument.
            output = target;
            type = QuantizeType.Parse(Operand() ?? target);
        }

        var threads = Operand();
        if (_included.Count > 0 && _excluded.Count > 0)
        {
            throw new FormatException("--include-weights and --exclude-weights cannot be used together.");
        }

        return new QuantizeCommandLine
        {
            Directory = directory,
            InputPath = input,
            OutputPath = output is null ? DefaultOutput(input, type) : WithoutSuffix(output),
            Options = _options with
            {
                Type = type,
                TensorTypes = _tensorTypes.ToImmutable(),
                MetadataOverrides = _overrides.ToImmutable(),
                PrunedLayers = [.. _pruned],
                Imatrix = string.IsNullOrEmpty(_imatrix) ? null : new ImatrixOptions
                {
                    Path = Path.GetFullPath(_imatrix, directory),
                    RecordedPath = _imatrix,
                    IncludedWeights = _included.ToImmutable(),
                    ExcludedWeights = _excluded.ToImmutable(),
                },
            },
            Threads = threads is null ? _threads : ParseThreads(threads),
            IsDryRun = _isDryRun,
            PrintsJson = _printsJson,
        };
    }

    private void ParseOption(string option)
    {
        switch (option)
        {
            case "--allow-requantize": _options = _options with { AllowRequantize = true }; break;
            case "--leave-output-tensor": _options = _options with { LeaveOutputTensor = true }; break;
            case "--pure": _options = _options with { Pure = true }; break;
            case "--keep-split": _options = _options with { KeepSplit = true }; break;
            case "--dry-run": _isDryRun = true; break;
            case "--output-tensor-type": _options = _options with { OutputTensorType = TensorTypeRule.ParseType(Value(option)) }; break;
            case "--token-embedding-type": _options = _options with { TokenEmbeddingType = TensorTypeRule.ParseType(Value(option)) }; break;
            case "--tensor-type": _tensorTypes.Add(TensorTypeRule.Parse(Value(option))); break;
            case "--tensor-type-file": AddTensorTypes(Value(option)); break;
            case "--override-kv": _overrides.Add(MetadataOverride.Parse(Value(option))); break;
            case "--prune-layers": AddPrunedLayers(Value(option)); break;
            case "--imatrix": _imatrix = Value(option); break;
            case "--include-weights": _included.Add(Value(option)); break;
            case "--exclude-weights": _excluded.Add(Value(option)); break;
            case "--threads": _threads = ParseThreads(Value(option)); break;
            case "--json": _printsJson = true; break;
            case "--max-buffer-size": RequireBufferSize(Value(option)); break;
            default: throw new FormatException($"llama-quantize has no option '{option}'.");
        }
    }

    private string Value(string option) => _next < arguments.Count ? arguments[_next++] : throw new FormatException($"The option '{option}' needs a value.");

    // The next argument that is no option; options before it are read.
    private string? Operand()
    {
        while (_next < arguments.Count && arguments[_next].StartsWith("--", StringComparison.Ordinal))
        {
            ParseOption(arguments[_next++]);
        }

        return _next < arguments.Count ? arguments[_next++] : null;
    }

    private static FormatException Missing(string what) => new($"The command line lacks {what}: INPUT [OUTPUT] TYPE [THREADS].");

    private void AddTensorTypes(string path) => _tensorTypes.AddRange(TensorTypeRule.ParseFile(Path.GetFullPath(path, directory)));

    private void AddPrunedLayers(string list)
    {
        foreach (var item in list.Split(','))
        {
            _pruned.Add(LeadingInteger.Parse(item) is { } layer and >= 0 ? layer : throw new FormatException($"'{item}' is no number of a layer."));
        }
    }

    // A number below 1 means the default, as for llama-quantize.
    private static int ParseThreads(string text) =>
        Math.Max(0, LeadingInteger.Parse(text) ?? throw new FormatException($"'{text}' is no number of threads."));

    // The option bounds llama-quantize's memory; ours needs little in any case.
    private static void RequireBufferSize(string text)
    {
        if (LeadingInteger.Parse(text) is not > 0)
        {
            throw new FormatException($"'{text}' is no size of a buffer in MiB.");
        }
    }

    private string DefaultOutput(string input, QuantizeType type)
    {
        var directoryEnd = input.AsSpan().LastIndexOfAny('/', '\\') + 1;
        return $"{input.AsSpan(0, directoryEnd)}ggml-model-{type.Name}{(_options.KeepSplit ? "" : ".gguf")}";
    }

    private string WithoutSuffix(string output) =>
        _options.KeepSplit && output.EndsWith(".gguf", StringComparison.Ordinal) ? output[..^".gguf".Length] : output;
}
