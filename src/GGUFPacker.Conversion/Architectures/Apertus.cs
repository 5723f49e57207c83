using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Apertus: Llama in llama.cpp's order of rows; the numbers of each layer's activation (xIELU) become keys.</summary>
[Family("Apertus", "ApertusForCausalLM", Special = "as Llama, not permuted; xIELU parameters as keys")]
internal sealed class Apertus(ArchitectureContext context) : Llama(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("apertus",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnUp, FfnGate, FfnDown,
        AttnQNorm, AttnKNorm, RopeFreqs,
    ]);

    // By name, in the order in which the last layer's come, and by layer.
    private readonly OrderedDictionary<string, SortedDictionary<long, float>> _activation = new(StringComparer.Ordinal);
    private readonly List<string> _complete = [];

    /// <inheritdoc/>
    protected override bool IsPermuted => false;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        foreach (var name in (ReadOnlySpan<string>)["alpha_n", "alpha_p", "beta", "eps"])
        {
            if (tensor.EndsWith($".act_fn.{name}"))
            {
                if (!_activation.TryGetValue(name, out var values))
                {
                    _activation[name] = values = [];
                }

                values[block ?? 0] = tensor.Source.ReadSingle(tensor.Name);
                if (values.Count == LayerCount)
                {
                    _complete.Add(name);
                }

                return [];
            }
        }

        return base.Convert(tensor, block);
    }

    /// <inheritdoc/>
    public override void WriteEarlyParameters(ParameterWriter writer)
    {
        foreach (var name in _complete)
        {
            writer.GlobalReals($"xielu.{name}", _activation[name].Values);
        }
    }
}
