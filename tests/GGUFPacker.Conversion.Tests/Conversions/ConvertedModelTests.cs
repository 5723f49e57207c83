using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tests.Tokenizers;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tests.Conversions;

/// <summary>A converted model gives the same rows in any order, on any number of threads, and after any damage either rows or an error.</summary>
public sealed class ConvertedModelTests
{
    private const string ModelName = "opt-llama";

    [Theory]
    [InlineData(OutType.Auto, false)]
    [InlineData(OutType.Q8_0, true)]
    [InlineData(OutType.F32, true)]
    public async Task Files_are_the_same_for_any_number_of_threads(OutType outType, bool fuse)
    {
        using var model = Open(new ConvertOptions { OutType = outType, FuseQkv = fuse });
        byte[]? first = null;
        foreach (var threads in new[] { 1, 2, 5 })
        {
            using var output = new MemoryStream();
            await GgufModelWriter.WriteAsync(model, output, new GgufWriteOptions { Threads = threads });
            first ??= output.ToArray();
            Assert.Equal(first, output.ToArray());
        }
    }

    [Fact]
    public void Rows_are_the_same_in_shuffled_runs_on_several_threads()
    {
        using var model = Open(new ConvertOptions { OutType = OutType.F16, FuseQkv = true });
        var random = new Random(11);
        var runs = new List<(int Tensor, long Row, int Rows)>();
        for (var tensor = 0; tensor < model.Tensors.Length; tensor++)
        {
            for (var row = 0L; row < model.Tensors[tensor].Rows;)
            {
                var rows = (int)Math.Min(random.Next(1, 9), model.Tensors[tensor].Rows - row);
                runs.Add((tensor, row, rows));
                row += rows;
            }
        }

        var whole = model.Tensors.Select((info, index) => Read(model, index, 0, (int)info.Rows)).ToArray();
        Parallel.ForEach(runs.OrderBy(_ => random.Next()).ToList(), new ParallelOptions { MaxDegreeOfParallelism = 4 }, run =>
        {
            var rowBytes = (int)model.Tensors[run.Tensor].RowBytes;
            Assert.Equal(whole[run.Tensor].AsSpan((int)run.Row * rowBytes, run.Rows * rowBytes).ToArray(), Read(model, run.Tensor, run.Row, run.Rows));
        });
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 0)]
    [InlineData(1_000_000, 0)]
    public void Rows_outside_of_the_tensor_are_refused(long row, int extraBytes)
    {
        using var model = Open(new ConvertOptions());
        var bytes = new byte[model.Tensors[1].RowBytes + extraBytes];

        Assert.Throws<ArgumentException>(() => model.ReadRows(1, row, bytes));
    }

    [Theory]
    [InlineData("model.safetensors", 1, 600)]
    [InlineData("config.json", 2, 600)]
    [InlineData("README.md", 3, 300)]
    [InlineData("generation_config.json", 4, 200)]
    public void A_damaged_file_gives_a_model_or_an_error_of_its_own(string name, int seed, int rounds)
    {
        using var folder = new TemporaryFolder();
        var files = Files();
        folder.Copy(files);
        folder.Write("README.md", "---\nlicense: mit\ntags: [a, b]\nbase_model:\n- Qwen/Qwen2-0.5B\nlanguage: &l [en, de]\nlanguages: *l\n---\n# x\n");
        folder.Write("generation_config.json", """{"temperature": 0.6, "top_k": 20, "top_p": 0.9, "repetition_penalty": 1.1}""");
        var original = File.ReadAllBytes(Path.Combine(folder.Path, name));
        var random = new Random(seed);
        var failures = 0;
        for (var round = 0; round < rounds; round++)
        {
            folder.Write(name, Damage(original, random));
            try
            {
                using var model = ModelConverter.Open(folder.Files, new ConvertOptions { OutType = OutType.Q8_0, PreTokenizer = "llama-bpe" });
                for (var tensor = 0; tensor < model.Tensors.Length; tensor++)
                {
                    Read(model, tensor, 0, (int)Math.Min(model.Tensors[tensor].Rows, 3));
                }
            }
            catch (Exception exception) when (exception is CheckpointException or GgufException)
            {
                Assert.NotEmpty(exception.Message);
                failures++;
            }
        }

        Assert.InRange(failures, 0, rounds - 1);
    }

    /// <summary>Changes some bytes of the beginning, where the structure is, cuts the file, or repeats a part of it.</summary>
    private static byte[] Damage(byte[] original, Random random)
    {
        var bytes = original.ToArray();
        var head = Math.Min(bytes.Length, 3000);
        switch (random.Next(5))
        {
            case 0:
                return bytes[..random.Next(head)];
            case 1:
                var start = random.Next(head);
                var end = Math.Min(bytes.Length, start + random.Next(1, 200));
                return [.. bytes[..end], .. bytes[start..]];
            default:
                for (var i = random.Next(1, 4); i > 0; i--)
                {
                    bytes[random.Next(head)] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)"0123456789-+.eE\"[]{}:, \n"[random.Next(24)];
                }

                return bytes;
        }
    }

    private static CheckpointFiles Files()
    {
        var files = GoldenCheckpoint.Open(ModelName);
        Assert.SkipWhen(files is null, $"The checkpoint {ModelName} is not in this set of goldens.");
        return files;
    }

    private static ConvertedModel Open(ConvertOptions options) => ModelConverter.Open(Files(), options with { PreTokenizer = "llama-bpe" });

    private static byte[] Read(IGgufModel model, int tensor, long row, int rows)
    {
        var bytes = new byte[model.Tensors[tensor].RowBytes * rows];
        model.ReadRows(tensor, row, bytes);
        return bytes;
    }
}
