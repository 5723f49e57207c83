using System.Collections.Immutable;
using GGUFPacker.Gguf.Quantization.Model;
using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Build.Graph;

/// <summary>QUANTIZE's flags as options of llama-quantize.</summary>
internal static class QuantizeArguments
{
    /// <summary>The options that name no file, in a fixed order.</summary>
    public static ImmutableArray<string> Of(QuantizeInstruction quantize)
    {
        var options = ImmutableArray.CreateBuilder<string>();
        Flag(quantize.AllowRequantize, "--allow-requantize");
        Flag(quantize.Pure, "--pure");
        Flag(quantize.LeaveOutputTensor, "--leave-output-tensor");
        Flag(quantize.KeepSplit, "--keep-split");
        Option(quantize.OutputTensorType?.ToLowerInvariant(), "--output-tensor-type");
        Option(quantize.TokenEmbeddingType?.ToLowerInvariant(), "--token-embedding-type");
        foreach (var rule in quantize.TensorTypes)
        {
            Option(rule, "--tensor-type");
        }

        Option(quantize.PruneLayers, "--prune-layers");
        foreach (var change in quantize.OverrideKv)
        {
            Option(change, "--override-kv");
        }

        return options.ToImmutable();

        void Flag(bool given, string name)
        {
            if (given)
            {
                options.Add(name);
            }
        }

        void Option(string? value, string name)
        {
            if (!string.IsNullOrEmpty(value))
            {
                options.AddRange(name, value);
            }
        }
    }

    /// <summary>Reads options that <see cref="Of"/> gave.</summary>
    /// <exception cref="FormatException">A value is not as it must be.</exception>
    public static QuantizeOptions Parse(IEnumerable<string> options, string type) =>
        QuantizeCommandLine.Parse([.. options, "in.gguf", "out.gguf", type], "").Options;

    /// <summary>Tells what is wrong with the values; gives the type, or null if it is unknown or an error was told.</summary>
    public static QuantizeType? Verify(QuantizeInstruction quantize, DiagnosticBag diagnostics)
    {
        try
        {
            var type = QuantizeType.Parse(quantize.Type);
            VerifyTensorType(quantize.OutputTensorType);
            VerifyTensorType(quantize.TokenEmbeddingType);
            if (!VerifyValues(quantize, diagnostics))
            {
                return null;
            }

            // Who gives tensors types of their own may give all of them one that needs no matrix: the step finds out, before it starts.
            if (type.RequiresImatrix && string.IsNullOrEmpty(quantize.Imatrix) && quantize.TensorTypes.IsEmpty && string.IsNullOrEmpty(quantize.TensorTypeFile))
            {
                diagnostics.Error(
                    GraphDiagnosticCodes.ImatrixRequired,
                    quantize.Span,
                    $"QUANTIZE --type={type.Name} requires an importance matrix: add --imatrix=FILE, a file of llama-imatrix, or choose another type, such as Q2_K.");
                return null;
            }

            return type;
        }
        catch (FormatException error)
        {
            diagnostics.Error(GraphDiagnosticCodes.UnknownType, quantize.Span, error.Message);
            return null;
        }
    }

    private static void VerifyTensorType(string? type)
    {
        if (!string.IsNullOrEmpty(type))
        {
            TensorTypeRule.ParseType(type);
        }
    }

    private static bool VerifyValues(QuantizeInstruction quantize, DiagnosticBag diagnostics)
    {
        try
        {
            Parse(Of(quantize), quantize.Type);
            return true;
        }
        catch (FormatException error)
        {
            diagnostics.Error(DiagnosticCodes.InvalidFlagValue, quantize.Span, error.Message);
            return false;
        }
    }
}
