using System.Globalization;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Model;
using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization.Policy;

/// <summary>Every tensor of real models gets the type that llama.cpp gives it, in every file type.</summary>
public sealed class TypeGoldenTests
{
    private const string ImatrixSuffix = "+imatrix";

    public static IEnumerable<ITheoryDataRow> Rows { get; } = GoldenRows.Of(TypeGoldens.Rows());

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_plan_has_the_reference_types(string file, string type)
    {
        var goldens = TypeGoldens.Load(file);
        var expected = goldens.Types.GetProperty(type);
        var hasImatrix = type.EndsWith(ImatrixSuffix, StringComparison.Ordinal);
        if (expected.TryGetProperty("error", out _))
        {
            var error = Record.Exception(() => Plan());
            Assert.True(error is FormatException or GgufException, $"No error but {error}");
            return;
        }

        var plan = Plan();
        var most = expected.GetProperty("most").GetString()!;
        var other = expected.GetProperty("other").EnumerateObject().ToDictionary(item => item.Name, item => TypeGoldens.Spell(item.Value.GetString()!));
        foreach (var group in plan.Tensors.GroupBy(tensor => goldens.Origins[tensor.Source.Name].Pattern))
        {
            var actual = group.OrderBy(tensor => goldens.Origins[tensor.Source.Name].Layer).Select(tensor => tensor.Target.Type.GgmlName).ToArray();
            var wanted = goldens.NeverQuantized.Contains(group.Key) ? [.. group.Select(tensor => tensor.Source.Type.GgmlName)]
                : other.GetValueOrDefault(group.Key) ?? [.. Enumerable.Repeat(most, actual.Length)];
            Assert.True(wanted.SequenceEqual(actual), $"{group.Key}: expected {string.Join(' ', wanted)}, got {string.Join(' ', actual)}");
        }

        Assert.Equal(expected.TryGetProperty("fallbacks", out var fallbacks) ? fallbacks.GetInt32() : 0, plan.FallbackCount);
        Assert.Equal(expected.TryGetProperty("needs_imatrix", out var needs) && needs.GetBoolean(), !hasImatrix && plan.ImatrixRequiredBy is not null);
        Assert.Equal(
            expected.GetProperty("quant_size").GetString(),
            string.Create(CultureInfo.InvariantCulture, $"{plan.TargetBytes / 1024.0 / 1024.0:F2} MiB ({plan.TargetBytes * 8.0 / plan.ElementCount:F2} BPW)"));

        QuantizationPlan Plan() => QuantizationPlan.Create(
            goldens.Model, new QuantizeOptions { Type = QuantizeType.Parse(type.Replace(ImatrixSuffix, "", StringComparison.Ordinal)) }, null, hasImatrix);
    }
}
