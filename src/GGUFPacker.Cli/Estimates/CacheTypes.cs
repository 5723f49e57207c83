using GGUFPacker.Cli.Output;
using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Fitting;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Cli.Estimates;

/// <summary>
/// Types of the cache with which the engine would start. An image's CMD may name some that its model's heads do not fit: that is told, and estimated without
/// them, because how large the model is remains a fair question.
/// </summary>
internal static class CacheTypes
{
    /// <summary>The setup, with f16 in the place of types that the engine would refuse.</summary>
    /// <exception cref="EstimateException">The engine would refuse it in any case.</exception>
    public static EngineSetup Choose(CliConsole console, EngineSetup setup)
    {
        try
        {
            _ = setup.Estimate();
            return setup;
        }
        catch (EstimateException error) when (setup.Arguments.Options is { } options && (options.KeyType.IsQuantized || options.ValueType.IsQuantized))
        {
            var plain = setup with { Arguments = setup.Arguments.With(given => given with { KeyType = TensorType.F16, ValueType = TensorType.F16 }) };
            _ = plain.Estimate();
            console.Note($"gguf-packer: {options.KeyType.GgmlName} keys and {options.ValueType.GgmlName} values are taken for f16: the engine would refuse them. {error.Message}");
            return plain;
        }
    }
}
