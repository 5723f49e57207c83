using System.Globalization;
using System.Text.Json;
using GGUFPacker.Gguf.Quantization;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization;

/// <summary>Every row of goldens/quant/chunks/&lt;TYPE&gt;.json: what ggml_quantize_chunk made of a named input.</summary>
public sealed class QuantizeGoldenTests
{
    public static TheoryData<string, string, int, string> Rows()
    {
        var data = new TheoryData<string, string, int, string>();
        foreach (var type in ChunkGoldens.Types)
        {
            foreach (var list in (string[])["cases", "nonfinite"])
            {
                foreach (var (index, row) in ChunkGoldens.Read(type).GetProperty(list).EnumerateArray().Index())
                {
                    var label = $"{row.GetProperty("v").GetString()} {row.GetProperty("rows").GetInt32()}x{row.GetProperty("cols").GetInt32()}";
                    label += row.TryGetProperty("im", out var matrix) ? " " + matrix.GetString() : "";
                    label += row.TryGetProperty("what", out var what) ? " " + what.GetString() : "";
                    data.Add(type, list, index, label);
                }
            }
        }

        return data;
    }

    [Theory]
    [GoldenData(nameof(Rows))]
    public void A_chunk_gives_the_recorded_bytes_and_verdict(string typeName, string list, int index, string label)
    {
        _ = label;
        Assert.True(TensorTypes.TryParse(typeName, out var type));
        var file = ChunkGoldens.Read(typeName);
        var row = file.GetProperty(list)[index];
        if (!RowKernels.IsKnown(type))
        {
            Assert.Skip($"Quantizing to {typeName} is not there yet.");
        }

        var rows = row.GetProperty("rows").GetInt32();
        var columns = row.GetProperty("cols").GetInt32();
        var input = ChunkGoldens.Vector(row.GetProperty("v").GetString()!)[..(rows * columns)];
        if (row.TryGetProperty("at", out var at))
        {
            FormulaVectors.Replace(at, input);
        }

        float[] matrix = row.TryGetProperty("im", out var im) ? ChunkGoldens.Importance(im.GetString()!)[..columns] : [];
        ReadOnlySpan<float> importance = matrix;
        Assert.Equal(file.GetProperty("imatrix_required").GetBoolean(), RowKernels.Importance(type) == ImportanceUse.Required);
        var output = new byte[type.RowBytes(columns) * rows];
        if (row.TryGetProperty("abort", out _))
        {
            // Where the reference dies, ours refuses: no matrix where one is required, or numbers that no code can hold.
            var exception = Assert.ThrowsAny<Exception>(() => RowKernels.Quantize(type, input, matrix, output));
            Assert.True(exception is ArgumentException or ArithmeticException, exception.ToString());
            return;
        }

        RowKernels.Quantize(type, input, importance, output, KernelWidth.Scalar);
        var fastest = new byte[output.Length];
        RowKernels.Quantize(type, input, importance, fastest);

        if (row.TryGetProperty("first", out var first))
        {
            var expected = first.GetString()!;
            Assert.Equal(expected, Convert.ToHexStringLower(output)[..expected.Length]);
        }

        if (row.TryGetProperty("rows_sha", out var hashes))
        {
            var rowBytes = (int)type.RowBytes(columns);
            var actual = Enumerable.Range(0, rows).Select(r => ChunkGoldens.Hash(output.AsSpan(r * rowBytes, rowBytes))[..8]);
            Assert.Equal(hashes.GetString(), string.Join(' ', actual));
        }

        if (row.TryGetProperty("out", out var all))
        {
            Assert.Equal(all.GetString(), Convert.ToHexStringLower(output));
        }

        Assert.Equal(row.GetProperty("sha256").GetString(), ChunkGoldens.Hash(output));
        Assert.Equal(output, fastest);
        CheckVerdict(type, row, output);
    }

    private static void CheckVerdict(TensorType type, JsonElement row, byte[] output)
    {
        var invalid = RowValidation.FindInvalid(type, output);
        if (!row.TryGetProperty("invalid", out var message))
        {
            Assert.Equal(-1, invalid);
            return;
        }

        // "... found inf value at block 300"; for BF16 the reference counts instead of naming the place.
        var text = message.GetString()!;
        if (text.LastIndexOf(" at block ", StringComparison.Ordinal) is var at and >= 0)
        {
            Assert.Equal(long.Parse(text[(at + 10)..], CultureInfo.InvariantCulture), invalid);
        }
        else
        {
            Assert.NotEqual(-1, invalid);
        }
    }
}
