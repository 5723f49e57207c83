using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Importance;
using GGUFPacker.Gguf.Tests.Quantization.Model;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization.Importance;

/// <summary>Importance matrices are read, or refused, as llama-quantize does, to the bit.</summary>
public sealed class ImatrixGoldenTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public static IEnumerable<ITheoryDataRow> Recipes { get; } = GoldenRows.Of(ImatrixGoldens.Recipes().Keys);

    public static IEnumerable<ITheoryDataRow> Readings { get; } = GoldenRows.Of(ImatrixGoldens.Readings().Keys);

    public static IEnumerable<ITheoryDataRow> Accepted { get; } =
        GoldenRows.Of(ImatrixGoldens.Readings().Where(reading => reading.Value.GetProperty("exit").GetInt32() == 0).Select(reading => reading.Key));

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Recipes))]
    public void The_file_is_what_the_reference_used(string file)
    {
        var recipe = ImatrixGoldens.Recipes()[file];
        Assert.Equal(recipe.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(SourceRecipe.Build(recipe))));
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public void It_is_read_as_by_the_reference(string id)
    {
        var expected = ImatrixGoldens.Readings()[id];
        var options = Options(expected);
        if (expected.GetProperty("exit").GetInt32() != 0)
        {
            var error = Assert.ThrowsAny<Exception>(() => ImportanceMatrix.Open(options, TestContext.Current.CancellationToken).Dispose());
            Assert.True(error is GgufException or FileNotFoundException, error.ToString());
            Assert.Contains(Path.GetFileName(options.Path), error.Message, StringComparison.Ordinal);
            return;
        }

        using var matrix = ImportanceMatrix.Open(options, TestContext.Current.CancellationToken);
        Assert.Equal(expected.GetProperty("chunks").GetInt32(), matrix.ChunkCount);
        Assert.Equal(expected.GetProperty("datasets").EnumerateArray().Select(name => name.GetString()), matrix.Datasets.Select(name => name.ToString()));
        Assert.Equal(
            expected.GetProperty("entries").EnumerateArray().Select(entry => $"{entry[0]} {entry[1]} {entry[2]}"),
            matrix.Entries.Values.Select(entry => $"{entry.Name} {entry.Count} {HashOf(matrix, entry)}"));
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public void Any_part_of_an_entry_is_that_part_of_the_whole(string id)
    {
        var expected = ImatrixGoldens.Readings()[id];
        using var matrix = ImportanceMatrix.Open(Options(expected), TestContext.Current.CancellationToken);
        foreach (var entry in matrix.Entries.Values)
        {
            var whole = Weights(matrix, entry, 0, (int)entry.Count);
            foreach (var first in (int[])[0, 1, 31, whole.Length / 3, whole.Length - 1, whole.Length])
            {
                var count = Math.Min(67, Math.Max(0, whole.Length - first));
                Assert.Equal(whole.AsSpan(Math.Min(first, whole.Length), count).ToArray(), Weights(matrix, entry, Math.Min(first, whole.Length), count));
            }

            Assert.Throws<ArgumentOutOfRangeException>(() => Weights(matrix, entry, 1, whole.Length));
        }
    }

    private static float[] Weights(ImportanceMatrix matrix, ImportanceEntry entry, long first, int count)
    {
        var weights = new float[count];
        matrix.Read(entry, first, weights);
        return weights;
    }

    private static string HashOf(ImportanceMatrix matrix, ImportanceEntry entry) =>
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(Weights(matrix, entry, 0, (int)entry.Count).AsSpan())));

    private ImatrixOptions Options(JsonElement reading)
    {
        var file = reading.GetProperty("file").GetString()!;
        var flags = reading.TryGetProperty("flags", out var list) ? list.EnumerateArray().Select(flag => flag.GetString()!).Chunk(2).ToArray() : [];
        var path = Goldens.Path("quant", "imatrix", file);
        if (ImatrixGoldens.Recipes().TryGetValue(file, out var recipe))
        {
            path = _directory[file];
            File.WriteAllBytes(path, SourceRecipe.Build(recipe));
        }

        return new ImatrixOptions
        {
            Path = path,
            IncludedWeights = [.. flags.Where(flag => flag[0] == "--include").Select(flag => flag[1])],
            ExcludedWeights = [.. flags.Where(flag => flag[0] == "--exclude").Select(flag => flag[1])],
        };
    }
}
