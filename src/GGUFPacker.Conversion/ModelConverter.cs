using System.Collections.Immutable;
using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Metadata;
using GGUFPacker.Conversion.QuantizedSources;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion;

/// <summary>Converts checkpoints to GGUF, byte for byte as llama.cpp v0.5.0's converter does.</summary>
public static class ModelConverter
{
    /// <summary>The version of the quantized formats, which every file states.</summary>
    private const uint QuantizationVersion = 2;

    /// <summary>Tensors that no model needs any more.</summary>
    private static readonly string[] DroppedSuffixes = [".attention.masked_bias", ".attention.bias", ".rotary_emb.inv_freq"];

    /// <summary>The architectures that can be converted, by the names that config.json has for them.</summary>
    public static ImmutableArray<string> SupportedArchitectures => Architectures.SupportedArchitectures.Names;

    /// <summary>
    /// Opens a checkpoint for conversion. Its configuration, tokenizer and tensor headers are read and checked; its weights are read with the result's
    /// rows.
    /// </summary>
    /// <param name="files">The checkpoint.</param>
    /// <param name="options">How to convert; the defaults if null.</param>
    /// <exception cref="CheckpointException">The checkpoint is broken or of a kind that is not supported; the message names file, tensor or key.</exception>
    public static ConvertedModel Open(CheckpointFiles files, ConvertOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        options ??= new ConvertOptions();
        if (options is { VocabularyOnly: true, NoTensorFirstSplit: true })
        {
            throw new CheckpointException("A vocabulary without tensors cannot be split: --vocab-only and --no-tensor-first-split exclude each other.");
        }

        var loaded = ModelConfigLoader.Load(files);
        var checkpoint = CheckpointWeights.Open(files);
        try
        {
            var context = new ArchitectureContext(loaded.Architecture, loaded.Config, files, checkpoint, options) { RootName = loaded.RootArchitecture };
            var architecture = ArchitectureSelection.Create(context);
            var weights = new WeightSet(SelectTensors(checkpoint, architecture));
            var outType = options.OutType == OutType.Auto ? DetectOutType(weights.Tensors.Values) : options.OutType;
            var (fileType, label) = (outType.FileType, outType.ToString());
            ImmutableArray<TensorEncoder> encoders = [];
            if (!options.VocabularyOnly)
            {
                var quantization = QuantizationConfig.Load(files, loaded.Config);
                var ready = TakeBlocks(weights, architecture, quantization, loaded.Config);
                encoders = ConvertTensors(weights, ready, architecture, outType, options);
                (fileType, label) = (outType.IsFloat, quantization) switch
                {
                    (true, { IsNvfp4: true }) => ((uint)GgufFileType.NVFP4, nameof(GgufFileType.NVFP4)),
                    (true, { IsMxfp4: true }) => ((uint)GgufFileType.MXFP4_MOE, nameof(GgufFileType.MXFP4_MOE)),
                    _ => (fileType, label),
                };
            }

            var count = ParameterCount.Of(encoders.Select(encoder => encoder.Info));
            var description = ModelMetadataLoader.Load(files, options.MetadataPath, options.ModelName, count);
            var tokenizer = TokenizerLoader.Load(files, architecture.Tokenizer with { PreTokenizer = options.PreTokenizer });
            return new ConvertedModel(checkpoint, BuildMetadata(architecture, description, fileType, options.VocabularyOnly, tokenizer), encoders, FileName)
            {
                Notes = tokenizer.Notes,
                OutType = outType,
                FileTypeLabel = label,
            };

            string FileName() => options.VocabularyOnly ? OutputFileName.OfVocabulary(description) : OutputFileName.OfModel(description, label);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Takes weights that are in blocks already, and restores the other quantized ones to numbers.</summary>
    private static IReadOnlyList<NamedTensor> TakeBlocks(
        WeightSet weights, ModelArchitecture architecture, QuantizationConfig quantization, ModelConfig config)
    {
        var ready = new List<NamedTensor>();
        if (quantization.IsNvfp4)
        {
            var nvfp4 = new Nvfp4Weights(architecture.MapName, architecture.TransformRows);
            ready.AddRange(nvfp4.Take(weights, quantization.IsCompressedNvfp4, config.Find("num_local_experts", "num_experts")?.Integer ?? 0));
        }

        if (architecture.HasMxfp4Experts)
        {
            ready.AddRange(Mxfp4Experts.Take(weights, architecture.MapName));
        }

        var isComplete = quantization.IsNvfp4 && !weights.Tensors.Keys.Any(name =>
            name.EndsWith(".weight_scale", StringComparison.Ordinal) || name.EndsWith(".weight_scale_inv", StringComparison.Ordinal));
        if (!isComplete && !(architecture.HasMxfp4Experts && quantization.IsMxfp4))
        {
            WeightRestorer.Restore(weights, quantization);
        }

        return ready;
    }

    private static GgufMetadata BuildMetadata(
        ModelArchitecture architecture, ModelMetadata description, uint fileType, bool isVocabularyOnly, GgufTokenizer tokenizer)
    {
        var name = architecture.Definition.Name;
        var builder = new GgufMetadata.Builder();
        var parameters = new ParameterWriter(builder, name, fileType);
        builder.Set("general.architecture", GgufValue.Of(name));
        if (!isVocabularyOnly)
        {
            architecture.WriteEarlyParameters(parameters);
        }

        builder.Set("general.type", GgufValue.Of("model"));
        ModelMetadataWriter.Write(description, builder);
        architecture.WriteParameters(parameters);
        builder.Set("general.quantization_version", GgufValue.Of(QuantizationVersion));
        tokenizer.WriteTo(builder, name);
        return builder.Build();
    }

    /// <summary>The checkpoint's tensors by the names under which they are taken. A name that comes twice keeps its place and takes the later tensor.</summary>
    private static OrderedDictionary<string, TensorSource> SelectTensors(CheckpointWeights weights, ModelArchitecture architecture)
    {
        var tensors = new OrderedDictionary<string, TensorSource>(StringComparer.Ordinal);
        foreach (var file in weights.Files)
        {
            foreach (var tensorName in file.TensorNames)
            {
                if (architecture.Select(tensorName) is { } name)
                {
                    tensors[name] = file.Open(tensorName);
                }
            }
        }

        return tensors;
    }

    /// <summary>The 16-bit type of the first tensor that has one and more than one dimension.</summary>
    private static OutType DetectOutType(IEnumerable<TensorSource> tensors)
    {
        var types = tensors.Where(tensor => tensor.Shape.Length >= 2).Select(tensor => tensor.Type);
        return types.FirstOrDefault(type => type is ElementType.BF16 or ElementType.F16) == ElementType.BF16 ? OutType.BF16 : OutType.F16;
    }

    private static ImmutableArray<TensorEncoder> ConvertTensors(
        WeightSet weights, IReadOnlyList<NamedTensor> ready, ModelArchitecture architecture, OutType outType, ConvertOptions options)
    {
        architecture.Prepare(weights.Tensors.Keys);
        var encoders = ImmutableArray.CreateBuilder<TensorEncoder>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in ready)
        {
            var type = tensor.Source is EncodedTensor encoded ? encoded.EncodedType : TensorType.F32;
            names.Add(tensor.Name);
            encoders.Add(new TensorEncoder(tensor.Source, new TensorInfo(tensor.Name, type, [.. tensor.Source.Shape.Reverse()])));
        }

        var sources = architecture.GenerateTensors().Concat(weights.Tensors
            .Where(weight => !DroppedSuffixes.Any(suffix => weight.Key.EndsWith(suffix, StringComparison.Ordinal)))
            .Select(weight => new NamedTensor(weight.Key, weight.Value)));
        foreach (var tensor in sources)
        {
            var block = TensorNameMap.FirstNumber(tensor.Name);
            TensorType? forcedType = options.Fp8AsQ8 && weights.Float8Names.Contains(tensor.Name) ? TensorType.Q8_0 : null;
            foreach (var converted in architecture.Convert(tensor, block))
            {
                if (!names.Add(converted.Name))
                {
                    throw new CheckpointException($"Cannot convert: two tensors of the checkpoint become '{converted.Name}'; one is '{tensor.Name}'.");
                }

                var type = TensorTypeChoice.Choose(architecture, tensor.Name, converted, block, outType, forcedType);
                encoders.Add(new TensorEncoder(converted.Source, new TensorInfo(converted.Name, type, [.. converted.Source.Shape.Reverse()])));
            }
        }

        architecture.Complete();
        return encoders.ToImmutable();
    }
}
