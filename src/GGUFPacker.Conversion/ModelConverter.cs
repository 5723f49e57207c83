using System.Collections.Immutable;
using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Lora;
using GGUFPacker.Conversion.Metadata;
using GGUFPacker.Conversion.Projectors;
using GGUFPacker.Conversion.QuantizedSources;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Policy;

namespace GGUFPacker.Conversion;

/// <summary>Converts checkpoints to GGUF, byte for byte as llama.cpp v0.5.0's converter does.</summary>
public static class ModelConverter
{
    /// <summary>The version of the quantized formats, which every file states.</summary>
    internal const uint QuantizationVersion = 2;

    /// <summary>The architectures that can be converted, by the names that config.json has for them.</summary>
    public static ImmutableArray<string> SupportedArchitectures => Architectures.SupportedArchitectures.Names;

    /// <summary>The families of models that can be converted, by their names for people.</summary>
    public static ImmutableArray<SupportedFamily> SupportedFamilies =>
    [
        .. Architectures.SupportedArchitectures.Families.Select(family => new SupportedFamily
        {
            Title = family.Title,
            Names = [.. family.Names],
            GgufArchitectures = family.GgufArchitectures,
            Special = family.Special,
            ExportsTokenPrediction = family.ExportsTokenPrediction,
            HasProjector = SupportedProjectors.Any(projector => projector.Names.Intersect(family.Names).Any()),
        }),
    ];

    /// <summary>The vision and audio parts that can be converted, by their names for people.</summary>
    public static ImmutableArray<SupportedProjector> SupportedProjectors { get; } = [.. Projectors.SupportedProjectors.All];

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
        return options.Kind switch
        {
            ConversionKind.Projector => ProjectorConverter.Open(files, options),
            ConversionKind.Adapter => AdapterConverter.Open(files, options),
            _ => OpenModel(files, options),
        };
    }

    private static ConvertedModel OpenModel(CheckpointFiles files, ConvertOptions options)
    {
        if (options is { VocabularyOnly: true, NoTensorFirstSplit: true })
        {
            throw new CheckpointException("A vocabulary without tensors cannot be split: --vocab-only and --no-tensor-first-split exclude each other.");
        }

        var tokenizerSources = new TokenizerSources(files);
        var readingAhead = tokenizerSources.ReadAheadAsync(withPreTokenizer: options.PreTokenizer is null);
        try
        {
            return OpenModel(files, options, tokenizerSources);
        }
        finally
        {
            // Whoever opened the checkpoint may remove its files once this method is left.
            readingAhead.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        }
    }

    private static ConvertedModel OpenModel(CheckpointFiles files, ConvertOptions options, TokenizerSources tokenizerSources)
    {
        var loaded = options.MistralFormat ? MistralConfigLoader.Load(files) : ModelConfigLoader.Load(files);
        var checkpoint = CheckpointWeights.Open(files, options.MistralFormat);
        try
        {
            var context = new ArchitectureContext(loaded.Architecture, loaded.Config, files, checkpoint, options) { RootName = loaded.RootArchitecture };
            var architecture = ArchitectureSelection.Create(context);
            var weights = TensorPlan.Select(checkpoint, architecture);
            var outType = options.OutType == OutType.Auto ? TensorPlan.DetectOutType(weights) : options.OutType;
            var fileType = FileTypeOf(outType, null);
            ImmutableArray<TensorEncoder> encoders = [];
            if (!options.VocabularyOnly)
            {
                var quantization = QuantizationConfig.Load(files, loaded.Config);
                var ready = TensorPlan.Restore(weights, architecture, quantization, loaded.Config);
                encoders = TensorPlan.Convert(weights, ready, architecture, outType, options.Fp8AsQ8);
                fileType = architecture.IsMxfp4File
                    ? ((uint)GgufFileType.MXFP4_MOE, nameof(GgufFileType.MXFP4_MOE))
                    : FileTypeOf(outType, quantization);
            }

            var count = ParameterCount.Of(encoders.Select(encoder => encoder.Info));
            var description = ModelMetadataLoader.Load(files, options.MetadataPath, options.ModelName, count);
            if (architecture.TokenizerFiles != files)
            {
                tokenizerSources = new TokenizerSources(architecture.TokenizerFiles);
            }

            var tokenizer = TokenizerLoader.Load(tokenizerSources, architecture.Tokenizer with { PreTokenizer = options.PreTokenizer });
            var metadata = BuildMetadata(architecture, description, fileType.Number, options.VocabularyOnly, tokenizer);
            return new ConvertedModel(checkpoint, metadata, encoders, FileName)
            {
                Notes = [.. architecture.Notes, .. tokenizer.Notes],
                OutType = outType,
                FileTypeLabel = fileType.Label,
            };

            string FileName() => options.TokenPrediction == TokenPrediction.Only && architecture.NamesPrediction
                ? OutputFileName.OfPrediction(description, fileType.Label)
                : options.VocabularyOnly ? OutputFileName.OfVocabulary(description) : OutputFileName.OfModel(description, fileType.Label);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The number of general.file_type and the type as file names tell it: weights that stay in the checkpoint's blocks give the file their type.
    /// </summary>
    internal static (uint Number, string Label) FileTypeOf(OutType outType, QuantizationConfig? quantization) => (outType.IsFloat, quantization) switch
    {
        (true, { IsNvfp4: true }) => ((uint)GgufFileType.NVFP4, nameof(GgufFileType.NVFP4)),
        (true, { IsMxfp4: true }) => ((uint)GgufFileType.MXFP4_MOE, nameof(GgufFileType.MXFP4_MOE)),
        _ => (outType.FileType, outType.ToString()),
    };

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
}
