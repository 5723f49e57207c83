using System.Runtime.InteropServices;
using System.Text.Json;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization;

public sealed class FormulaVectorsTests
{
    public static TheoryData<string, string> Inputs()
    {
        var data = new TheoryData<string, string>();
        if (ChunkGoldens.Exists("inputs"))
        {
            foreach (var group in (string[])["vectors", "imatrices"])
            {
                foreach (var vector in ChunkGoldens.Read("inputs").GetProperty(group).EnumerateObject())
                {
                    data.Add(group, vector.Name);
                }
            }
        }

        return data;
    }

    [Theory]
    [GoldenData(nameof(Inputs))]
    public void Generated_numbers_have_the_recorded_hashes(string group, string name)
    {
        var entry = ChunkGoldens.Read("inputs").GetProperty(group).GetProperty(name);
        var bytes = MemoryMarshal.AsBytes(FormulaVectors.Generate(entry.GetProperty("spec"), entry.GetProperty("n").GetInt32()).AsSpan());

        Assert.Equal(entry.GetProperty("first8").GetString(), Convert.ToHexStringLower(bytes[..32]));
        Assert.Equal(entry.GetProperty("n256").GetString(), ChunkGoldens.Hash(bytes[..1024]));
        Assert.Equal(entry.GetProperty("sha256").GetString(), ChunkGoldens.Hash(bytes));
    }

    [Fact]
    public void A_part_of_a_vector_equals_the_whole_vectors_part()
    {
        using var generator = JsonDocument.Parse("""{"k": "gauss", "s": 5, "every": [[7, 3, "00000000"]], "at": [[300, "3f800000"]]}""");
        var whole = FormulaVectors.Generate(generator.RootElement, 512);
        var part = new float[200];
        FormulaVectors.Generate(generator.RootElement, part, 256);

        Assert.Equal(whole[256..456], part);
        Assert.Equal(1f, part[44]);
    }
}
