using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization;
using GGUFPacker.Gguf.Quantization.Importance;
using GGUFPacker.Gguf.Quantization.Model;
using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Gguf.Tests.Format;
using GGUFPacker.Gguf.Tests.Quantization.Importance;
using GGUFPacker.Gguf.Tests.Quantization.Policy;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization.Model;

[ReadsGoldens]
public sealed class QuantizedModelTests
{
    private const string Name = "blk.0.attn_q.weight";

    [Theory]
    [InlineData(TensorType.F32)]
    [InlineData(TensorType.F16)]
    [InlineData(TensorType.BF16)]
    public void Any_run_of_rows_has_the_bytes_of_the_whole(TensorType sourceType)
    {
        // More rows than one slab takes, and no multiple of it.
        using var model = Quantize(Options("Q8_0"), LlamaRecipe.Tensor(Name, sourceType, 256, 300));
        var whole = new byte[model.Tensors[0].ByteLength];
        model.ReadRows(0, 0, whole);
        var rowBytes = (int)model.Tensors[0].RowBytes;
        foreach (var (first, count) in ((int, int)[])[(0, 1), (127, 2), (0, 129), (299, 1), (1, 299), (5, 0)])
        {
            var part = new byte[count * rowBytes];
            model.ReadRows(0, first, part);
            Assert.Equal(whole[(first * rowBytes)..((first + count) * rowBytes)], part);
        }
    }

    [Fact]
    public void Each_expert_is_weighed_with_its_own_part_of_the_importance_matrix()
    {
        // Three experts of 50 rows: a slab of 128 rows would cover more than two of them.
        using var directory = new TemporaryDirectory();
        var (info, data) = LlamaRecipe.Tensor("blk.0.ffn_up_exps.weight", TensorType.F32, 256, 50, 3);
        float[] sums = [.. Enumerable.Range(0, 3 * 256).Select(i => FormulaVectors.Gauss(9, (ulong)i)).Select(value => value * value)];
        File.WriteAllBytes(directory["m"], ImportanceFiles.Gguf((info.Name, sums, [2, 0, 4])));
        using var model = Quantize(Options("Q4_0") with { Imatrix = new ImatrixOptions { Path = directory["m"] } }, (info, data));

        var rowBytes = (int)model.Tensors[0].RowBytes;
        var expected = new byte[model.Tensors[0].ByteLength];
        var source = MemoryMarshal.Cast<byte, float>(data);
        for (var expert = 0; expert < 3; expert++)
        {
            float[] weights = [.. sums.AsSpan(expert * 256, 256).ToArray().Select(sum => expert switch { 0 => sum / 2, 1 => 1, _ => sum / 4 })];
            RowKernels.Quantize(TensorType.Q4_0, source.Slice(expert * 50 * 256, 50 * 256), weights, expected.AsSpan(expert * 50 * rowBytes, 50 * rowBytes));
        }

        foreach (var (first, count) in ((int, int)[])[(0, 150), (0, 1), (49, 2), (99, 51), (20, 120), (149, 1)])
        {
            var part = new byte[count * rowBytes];
            model.ReadRows(0, first, part);
            Assert.Equal(expected[(first * rowBytes)..((first + count) * rowBytes)], part);
        }
    }

    [Theory]
    [InlineData("IQ2_XS", "The importance matrix has no weights for the tensor 'blk.0.attn_q.weight'", new float[0])]
    [InlineData("Q4_0", "needs 256 weights", new float[] { 1, 2, 3 })]
    [InlineData("F16", "needs 256 weights", new float[] { 1, 2, 3 })]
    public void A_matrix_that_does_not_fit_is_refused_before_any_data_is_read(string type, string reason, float[] sums)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["m"], ImportanceFiles.Gguf((sums.Length == 0 ? "unknown" : Name, sums.Length == 0 ? [1] : sums, [1])));
        var tensor = new TensorInfo(Name, TensorType.F32, [256, 2]);
        using var source = new MemoryModel(LlamaRecipe.Metadata().Build(), (tensor, new byte[tensor.ByteLength])) { Reading = (_, _) => Assert.Fail("Data was read.") };
        var options = Options(type) with { Imatrix = new ImatrixOptions { Path = directory["m"] } };
        var error = Assert.Throws<GgufException>(() => QuantizedModel.Create(source, options));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        File.Delete(directory["m"]); // no handle is left open (on Windows this would fail)
    }

    [Fact]
    public void Rows_are_read_by_many_threads_at_once()
    {
        using var model = Quantize(Options("Q4_0"), LlamaRecipe.Tensor(Name, TensorType.F16, 256, 64));
        var whole = new byte[model.Tensors[0].ByteLength];
        model.ReadRows(0, 0, whole);
        var rowBytes = (int)model.Tensors[0].RowBytes;
        Parallel.For(0, 256, i =>
        {
            var row = new byte[rowBytes];
            model.ReadRows(0, i % 64, row);
            Assert.Equal(whole[(i % 64 * rowBytes)..((i % 64 * rowBytes) + rowBytes)], row);
        });
    }

    [Theory]
    [InlineData("Q8_0", float.NaN, "invalid data")]
    [InlineData("COPY", float.PositiveInfinity, "invalid data")]
    [InlineData("F16", 1e6f, "too large")]
    public void Values_without_a_finite_result_are_refused_by_name(string type, float value, string reason)
    {
        var (info, data) = LlamaRecipe.Tensor(Name, TensorType.F32, 256, 2);
        BitConverter.TryWriteBytes(data.AsSpan(1028), value);
        using var model = Quantize(Options(type), (info, data));
        var error = Assert.Throws<GgufException>(() => model.ReadRows(0, 0, new byte[model.Tensors[0].ByteLength]));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{Name}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Q8_0", TensorType.Q4_0, "--allow-requantize")]
    [InlineData("Q8_0", TensorType.I32, "cannot be converted to floats")]
    [InlineData("IQ2_XXS", TensorType.F16, "requires an importance matrix")]
    public void What_cannot_be_quantized_is_refused_before_any_data_is_read(string type, TensorType sourceType, string reason)
    {
        var tensor = new TensorInfo(Name, sourceType, [256, 2]);
        using var source = new MemoryModel(LlamaRecipe.Metadata().Build(), (tensor, new byte[tensor.ByteLength]))
        {
            Reading = (_, _) => Assert.Fail("Data was read."),
        };
        var error = Assert.Throws<GgufException>(() => QuantizedModel.Create(source, Options(type)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{Name}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quantized_source_is_quantized_again_where_that_is_allowed()
    {
        using var model = Quantize(Options("Q8_0") with { AllowRequantize = true }, LlamaRecipe.Tensor(Name, TensorType.Q4_0, 256, 2));
        Assert.Equal(TensorType.Q8_0, model.Tensors[0].Type);
        model.ReadRows(0, 0, new byte[model.Tensors[0].ByteLength]);
    }

    public static TheoryData<TensorType> QuantizedTypes => [.. Enum.GetValues<TensorType>().Where(type => type.IsQuantized && RowKernels.IsKnown(type))];

    [Theory]
    [MemberData(nameof(QuantizedTypes))]
    public void Every_quantized_type_is_read_as_its_floats(TensorType type)
    {
        // Small numbers in every byte: no scale among them is infinite.
        var info = new TensorInfo(Name, type, [256, 4]);
        var data = new byte[info.ByteLength];
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = (byte)(i % 61);
        }

        Assert.SkipWhen(RowValidation.FindInvalid(type, data) >= 0, "These bytes are no valid blocks of the type.");
        var floats = new float[256 * 4];
        RowKernels.Dequantize(type, data, floats);
        var expected = new byte[TensorType.Q8_0.RowBytes(256) * 4];
        RowKernels.Quantize(TensorType.Q8_0, floats, [], expected);
        using var model = Quantize(Options("Q8_0") with { AllowRequantize = true }, (info, data));
        var actual = new byte[model.Tensors[0].ByteLength];
        model.ReadRows(0, 0, actual);
        Assert.Equal(type == TensorType.Q8_0 ? data : expected, actual);
    }

    [Fact]
    public void Mutated_models_are_planned_or_refused_and_nothing_else()
    {
        using var directory = new TemporaryDirectory();
        using var model = new MemoryModel(
            LlamaRecipe.Metadata().Set("llama.expert_count", GgufValue.Of(2u)).Set("llama.expert_used_count", GgufValue.Of(1u)).Build(),
            LlamaRecipe.Tensor(Name, TensorType.F16, 256, 2),
            LlamaRecipe.Tensor("blk.0.ffn_down_exps.weight", TensorType.F16, 256, 2, 2),
            LlamaRecipe.Tensor("output.weight", TensorType.F16, 256, 2));
        var seed = GgufLayout.Create(model.Metadata, model.Tensors).Header.ToArray();
        var random = new Random(20260801);
        var planned = 0;
        for (var i = 0; i < 10_000; i++)
        {
            try
            {
                var header = GgufHeader.Read(new MemoryStream(Mutation.Of(seed, random)), "mutant");
                var plan = QuantizationPlan.Create(new HeaderOnlyModel(header.Metadata, header.Tensors), Options(i % 2 == 0 ? "Q4_K_M" : "COPY") with { PrunedLayers = [i % 3] });
                _ = (plan.SourceBytes, plan.TargetBytes, plan.Notes, plan.ImatrixRequiredBy);
                planned++;
            }
            catch (GgufException)
            {
            }
        }

        Assert.InRange(planned, 500, 9_500); // both outcomes occur, else the mutations say nothing
    }

    [Theory]
    [InlineData("general.architecture", null, "''")]
    [InlineData("general.architecture", "nosuch", "'nosuch'")]
    [InlineData("llama.context_length", null, "llama.context_length is missing")]
    [InlineData("llama.block_count", 0u, "llama.block_count is 0")]
    [InlineData("llama.block_count", "1", "of type String")]
    [InlineData("llama.expert_count", 8u, "llama.expert_used_count is 0")]
    [InlineData("llama.rope.dimension_count", 32u, "the heads have 64")]
    [InlineData("llama.attention.head_count", new uint[] { 1, 2 }, "2 values for 1 layers")]
    public void A_model_that_llama_cpp_could_not_load_is_refused(string key, object? value, string reason)
    {
        var metadata = LlamaRecipe.Metadata();
        _ = value switch
        {
            null => metadata.Remove(key),
            string text => metadata.Set(key, GgufValue.Of(text)),
            uint number => metadata.Set(key, GgufValue.Of(number)),
            _ => metadata.Set(key, GgufValue.OfArray((uint[])value)),
        };
        using var source = new MemoryModel(metadata.Build(), LlamaRecipe.Tensor(Name, TensorType.F16, 256, 2));
        var error = Assert.Throws<GgufException>(() => QuantizedModel.Create(source, Options("Q8_0")));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private static QuantizeOptions Options(string type) => new() { Type = QuantizeType.Parse(type) };

    private static QuantizedModel Quantize(QuantizeOptions options, params IEnumerable<(TensorInfo Info, byte[] Data)> tensors) =>
        QuantizedModel.Create(new MemoryModel(LlamaRecipe.Metadata().Build(), tensors), options);
}
