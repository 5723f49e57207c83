using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Metadata;
using GGUFPacker.Conversion.QuantizedSources;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>Converts the vision or audio part of a multimodal checkpoint.</summary>
internal static class ProjectorConverter
{
    /// <summary>Opens a checkpoint for the conversion of its projector.</summary>
    /// <exception cref="CheckpointException">The checkpoint is broken, has no projector, or one that is not supported.</exception>
    public static ConvertedModel Open(CheckpointFiles files, ConvertOptions options)
    {
        if (options.VocabularyOnly)
        {
            throw new CheckpointException("A projector has no vocabulary: --mmproj and --vocab-only exclude each other.");
        }

        var projector = SupportedProjectors.Create(ProjectorContextLoader.Load(files, options));
        var checkpoint = CheckpointWeights.Open(files, options.MistralFormat);
        try
        {
            var weights = TensorPlan.Select(checkpoint, projector);
            var outType = options.OutType == OutType.Auto ? TensorPlan.DetectOutType(weights) : options.OutType;
            projector.OutType = outType;
            var quantization = QuantizationConfig.Load(files, projector.QuantizedConfig);
            var ready = TensorPlan.Restore(weights, projector, quantization, projector.QuantizedConfig);
            var encoders = TensorPlan.Convert(weights, ready, projector, outType, options.Fp8AsQ8);
            var fileType = ModelConverter.FileTypeOf(outType, quantization);
            var count = ParameterCount.Of(encoders.Select(encoder => encoder.Info));
            var description = ModelMetadataLoader.Load(files, options.MetadataPath, options.ModelName, count);
            return new ConvertedModel(
                checkpoint, BuildMetadata(projector, description, fileType.Number), encoders, () => OutputFileName.OfProjector(description, fileType.Label))
            {
                OutType = outType,
                FileTypeLabel = fileType.Label,
            };
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private static GgufMetadata BuildMetadata(Projector projector, ModelMetadata description, uint fileType)
    {
        var name = projector.Definition.Name;
        var builder = new GgufMetadata.Builder();
        builder.Set("general.architecture", GgufValue.Of(name)).Set("general.type", GgufValue.Of("mmproj"));
        ModelMetadataWriter.Write(description, builder);
        projector.WriteParameters(new ParameterWriter(builder, name, fileType));
        return builder.Set("general.quantization_version", GgufValue.Of(ModelConverter.QuantizationVersion)).Build();
    }
}
