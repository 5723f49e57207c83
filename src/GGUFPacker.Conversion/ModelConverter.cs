using System.Collections.Immutable;
using System.Globalization;
using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Metadata;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Gguf.Format;
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
        var architecture = Architectures.SupportedArchitectures.Create(new ArchitectureContext(loaded.Architecture, loaded.Config, files, options));
        var checkpoint = CheckpointWeights.Open(files);
        try
        {
            var tensors = SelectTensors(checkpoint, architecture);
            var outType = options.OutType == OutType.Auto ? DetectOutType(tensors.Values) : options.OutType;
            var encoders = options.VocabularyOnly ? [] : ConvertTensors(tensors, architecture, outType);
            var count = ParameterCount.Of(encoders.Select(encoder => encoder.Info));
            var description = ModelMetadataLoader.Load(files, options.MetadataPath, options.ModelName, count);
            var tokenizer = TokenizerLoader.Load(files, architecture.Tokenizer with { PreTokenizer = options.PreTokenizer });
            return new ConvertedModel(checkpoint, BuildMetadata(architecture, description, outType, tokenizer), encoders, FileName)
            {
                Notes = tokenizer.Notes,
                OutType = outType,
            };

            string FileName() => options.VocabularyOnly ? OutputFileName.OfVocabulary(description) : OutputFileName.OfModel(description, outType);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private static GgufMetadata BuildMetadata(ModelArchitecture architecture, ModelMetadata description, OutType outType, GgufTokenizer tokenizer)
    {
        var name = architecture.Definition.Name;
        var builder = new GgufMetadata.Builder();
        builder.Set("general.architecture", GgufValue.Of(name)).Set("general.type", GgufValue.Of("model"));
        ModelMetadataWriter.Write(description, builder);
        architecture.WriteParameters(new ParameterWriter(builder, name), () => builder.Set("general.file_type", GgufValue.Of(outType.FileType)));
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
        OrderedDictionary<string, TensorSource> weights, ModelArchitecture architecture, OutType outType)
    {
        architecture.Prepare(weights.Keys);
        var encoders = ImmutableArray.CreateBuilder<TensorEncoder>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var sources = architecture.GenerateTensors().Concat(weights
            .Where(weight => !DroppedSuffixes.Any(suffix => weight.Key.EndsWith(suffix, StringComparison.Ordinal)))
            .Select(weight => new NamedTensor(weight.Key, weight.Value)));
        foreach (var tensor in sources)
        {
            var block = FirstNumber(tensor.Name);
            foreach (var converted in architecture.Convert(tensor, block))
            {
                if (!names.Add(converted.Name))
                {
                    throw new CheckpointException($"Cannot convert: two tensors of the checkpoint become '{converted.Name}'; one is '{tensor.Name}'.");
                }

                var type = TensorTypeChoice.Choose(architecture, tensor.Name, converted, block, outType);
                encoders.Add(new TensorEncoder(converted.Source, new TensorInfo(converted.Name, type, [.. converted.Source.Shape.Reverse()])));
            }
        }

        architecture.Complete();
        return encoders.ToImmutable();
    }

    private static long? FirstNumber(string name)
    {
        foreach (var part in name.Split('.'))
        {
            if (long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }
        }

        return null;
    }
}
