using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Joins a layer's expert gates and ways up into one tensor (--fuse-gate-up-exps), where the second of the two comes.</summary>
internal sealed class GateUpFusion(GgufArchitecture architecture)
{
    private readonly Dictionary<string, TensorSource> _kept = new(StringComparer.Ordinal);

    /// <summary>Takes a mapped tensor: a part is kept until the other one comes; null for anything else.</summary>
    /// <exception cref="CheckpointException">The architecture has no tensor for it, or the shapes differ.</exception>
    public IEnumerable<NamedTensor>? Take(TensorKind kind, NamedTensor tensor)
    {
        if ((kind != TensorKinds.FfnGateExps && kind != TensorKinds.FfnUpExps) || !tensor.EndsWith(".weight"))
        {
            return null;
        }

        if (!architecture.Has(TensorKinds.FfnGateUpExps))
        {
            throw new CheckpointException(
                $"Cannot join the experts' gates and ways up (--fuse-gate-up-exps): llama.cpp's architecture {architecture.Name} has no tensor for it.");
        }

        _kept[tensor.Name] = tensor.Source;
        var gate = tensor.Name.Replace("ffn_up_exps", "ffn_gate_exps", StringComparison.Ordinal);
        var up = tensor.Name.Replace("ffn_gate_exps", "ffn_up_exps", StringComparison.Ordinal);
        if (!_kept.TryGetValue(gate, out var gateSource) || !_kept.TryGetValue(up, out var upSource))
        {
            return [];
        }

        _kept.Remove(gate);
        _kept.Remove(up);
        try
        {
            var name = gate.Replace("ffn_gate_exps", "ffn_gate_up_exps", StringComparison.Ordinal);
            return [new NamedTensor(name, Concatenation.Join([gateSource, upSource], axis: 1))];
        }
        catch (ArgumentException exception)
        {
            throw new CheckpointException($"Cannot join {gate} and {up} (--fuse-gate-up-exps): {exception.Message}", exception);
        }
    }
}
