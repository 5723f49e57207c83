using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Metadata;
using GGUFPacker.Conversion.QuantizedSources;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Lora;

/// <summary>Converts a LoRA adapter of PEFT to the file that llama.cpp takes as --lora, as convert_lora_to_gguf.py of llama.cpp v0.5.0 does.</summary>
internal static class AdapterConverter
{
    private const string ConfigName = "adapter_config.json";

    /// <summary>Opens an adapter for conversion.</summary>
    /// <param name="files">The adapter's files.</param>
    /// <param name="options">How to convert; <see cref="ConvertOptions.BaseModel"/> must be there.</param>
    /// <exception cref="CheckpointException">The adapter or the base model is broken, or of a kind that is not supported.</exception>
    public static ConvertedModel Open(CheckpointFiles files, ConvertOptions options)
    {
        if (options.OutType.IsTernary || options.VocabularyOnly)
        {
            throw new CheckpointException("An adapter can be float32, float16, bfloat16 or Q8_0, and has no vocabulary.");
        }

        var parameters = CheckpointJson.ReadObjectIfPresent(files, ConfigName)
            ?? throw new CheckpointException($"Cannot convert '{files.Name}': it has no {ConfigName}, so it is no adapter of PEFT.");
        var adapter = new ModelConfig(parameters.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value)));
        var baseModel = options.BaseModel ?? throw new CheckpointException(
            $"Cannot convert the adapter '{files.Name}': the model that it was trained on is needed (its configuration and tokenizer; no weights)."
            + $" adapter_config.json names '{adapter.Find("base_model_name_or_path")?.Element}'.");
        var alpha = adapter.Find("lora_alpha") ?? throw new CheckpointException($"Cannot convert '{files.Name}': {ConfigName} has no 'lora_alpha'.");
        var file = AdapterWeights.Open(files);
        try
        {
            var weights = CheckpointWeights.Of(file);
            var loaded = ModelConfigLoader.Load(baseModel);
            var model = ArchitectureSelection.Create(
                new ArchitectureContext(loaded.Architecture, loaded.Config, baseModel, weights, options) { RootName = loaded.RootArchitecture });
            var quantization = QuantizationConfig.Load(baseModel, loaded.Config);
            if (!(model.HasMxfp4Experts && quantization.IsMxfp4) && !quantization.IsNvfp4)
            {
                WeightRestorer.Check(quantization);
            }

            var outType = options.OutType == OutType.Auto ? OutType.F32 : options.OutType;
            var encoders = TensorPlan.Convert(new WeightSet(AdapterWeights.Select(file, model)), [], new AdapterTensors(model), outType);
            var count = ParameterCount.OfAdapter(encoders.Select(encoder => encoder.Info));
            var description = ModelMetadataLoader.Load(files, options.MetadataPath, options.ModelName, count);
            var builder = new GgufMetadata.Builder();
            builder.Set("general.architecture", GgufValue.Of(model.Definition.Name)).Set("general.type", GgufValue.Of("adapter"));
            builder.Set("adapter.type", GgufValue.Of("lora"));
            ModelMetadataWriter.Write(description, builder);
            builder.Set("adapter.lora.alpha", GgufValue.Of((float)alpha.Number));
            if (InvocationTokens.Find(adapter, baseModel) is { IsEmpty: false } tokens)
            {
                builder.Set("adapter.alora.invocation_tokens", GgufValue.OfArray(tokens.ToArray()));
            }

            builder.Set("general.quantization_version", GgufValue.Of(ModelConverter.QuantizationVersion));
            return new ConvertedModel(
                weights, builder.Build(), encoders, () => OutputFileName.OfModel(description, outType.ToString(), count.Total < 0))
            {
                OutType = outType,
                FileTypeLabel = outType.ToString(),
            };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
