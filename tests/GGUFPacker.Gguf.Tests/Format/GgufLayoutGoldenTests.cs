using System.Globalization;
using System.Text.Json;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Format;

/// <summary>Offsets, sizes and splits of the files that llama.cpp's converter wrote, against the layout and the split plan for the same tensors.</summary>
public sealed class GgufLayoutGoldenTests
{
    public static TheoryData<string> Cases =>
        [.. Goldens.Files("convert/expected", "*.json").Concat(Goldens.Files("austen/expected", "*.json"))
            .Select(path => Path.GetRelativePath(Goldens.Root, path)).DefaultIfEmpty("")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tensors_lie_where_the_reference_put_them(string path)
    {
        Assert.SkipWhen(path.Length == 0, "The converter's goldens are not here.");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Goldens.Path(path)));
        var files = document.RootElement.TryGetProperty("files", out var several) ? several.EnumerateArray().ToArray() : [document.RootElement];
        var written = files.Where(file => file.TryGetProperty("tensors", out _)).ToArray();
        foreach (var file in written)
        {
            var layout = GgufLayout.Create(GgufMetadata.Empty, [.. Tensors(file)]);
            Assert.Equal(file.GetProperty("tensors").EnumerateArray().Select(tensor => tensor.GetProperty("offset").GetInt64()), layout.TensorOffsets);
            if (layout.TensorOffsets.Length > 0)
            {
                var size = file.GetProperty("file").GetProperty("size").GetInt64();
                Assert.Equal(size - file.GetProperty("data_offset").GetInt64(), layout.TotalBytes - layout.DataOffset);
            }
        }

        var options = document.RootElement.GetProperty("options").EnumerateArray().Select(option => option.GetString()!).ToArray();
        if (written.Length > 0 && Array.Exists(options, option => option is "--split-max-tensors" or "--split-max-size" or "--no-tensor-first-split")
            && !options.Contains("--vocab-only"))
        {
            var tensors = written.SelectMany(Tensors).ToArray();
            var plan = GgufSplitPlan.Create([.. tensors], (int)Limit(options, "--split-max-tensors"), Limit(options, "--split-max-size"),
                options.Contains("--no-tensor-first-split"));
            using var model = new MemoryModel(GgufMetadata.Empty, tensors.Select(tensor => (tensor, new byte[tensor.ByteLength])));
            var counts = Enumerable.Range(0, plan.Count).Select(index => plan.Part(model, index).Tensors.Length);
            Assert.Equal(written.Select(file => file.GetProperty("tensors").GetArrayLength()), counts);
        }
    }

    private static IEnumerable<TensorInfo> Tensors(JsonElement file) => file.GetProperty("tensors").EnumerateArray().Select(tensor =>
    {
        Assert.True(TensorTypes.TryParse(tensor.GetProperty("type").GetString(), out var type));
        var shape = tensor.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64());
        var info = new TensorInfo(tensor.GetProperty("name").GetString()!, type, [.. shape]);
        Assert.Equal(tensor.GetProperty("size").GetInt64(), info.ByteLength);
        return info;
    });

    private static long Limit(string[] options, string name)
    {
        var at = Array.IndexOf(options, name);
        if (at < 0)
        {
            return 0;
        }

        var text = options[at + 1];
        var unit = text[^1] switch { 'K' => 1000L, 'M' => 1000_000L, 'G' => 1000_000_000L, _ => 1L };
        return long.Parse(unit == 1 ? text : text[..^1], CultureInfo.InvariantCulture) * unit;
    }
}
