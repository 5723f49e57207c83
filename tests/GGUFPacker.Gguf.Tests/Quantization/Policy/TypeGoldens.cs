using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Gguf.Tests.Quantization.Model;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization.Policy;

/// <summary>One model of goldens/quant/types: real shapes, and the type of each tensor in every file type.</summary>
internal sealed class TypeGoldens
{
    private TypeGoldens(JsonElement root)
    {
        Types = root.GetProperty("types");
        NeverQuantized = [.. root.GetProperty("never_quantized").EnumerateArray().Select(item => item.GetString()!)];
        var tensors = ImmutableArray.CreateBuilder<TensorInfo>();
        foreach (var entry in root.GetProperty("tensors").EnumerateArray())
        {
            var pattern = entry[0].GetString()!;
            ImmutableArray<long> shape = [.. entry[2].EnumerateArray().Select(length => length.GetInt64())];
            foreach (var layer in Layers(entry[1].GetString()!))
            {
                var name = pattern.Replace("{i}", layer?.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
                tensors.Add(new TensorInfo(name, shape.Length < 2 ? TensorType.F32 : TensorType.F16, shape));
                Origins[name] = (pattern, layer ?? 0);
            }
        }

        Model = new HeaderOnlyModel(KeyValueRecipe.ReadAll(root.GetProperty("kv")), tensors.ToImmutable());
    }

    public HeaderOnlyModel Model { get; }

    public JsonElement Types { get; }

    public ImmutableHashSet<string> NeverQuantized { get; }

    /// <summary>The pattern and layer that a tensor's name was made of.</summary>
    public Dictionary<string, (string Pattern, int Layer)> Origins { get; } = new(StringComparer.Ordinal);

    public static TypeGoldens Load(string file) => new(JsonDocument.Parse(File.ReadAllBytes(Goldens.Path("quant", "types", file))).RootElement);

    public static IEnumerable<(string File, string Type)> Rows() =>
        from path in Goldens.Files("quant/types", "*.json")
        from type in JsonDocument.Parse(File.ReadAllBytes(path)).RootElement.GetProperty("types").EnumerateObject()
        select (Path.GetFileName(path), type.Name);

    /// <summary>Spells out <c>q6_K*4 q4_K*2</c>.</summary>
    public static string[] Spell(string runs) =>
    [
        .. from run in runs.Split(' ')
           let parts = run.Split('*')
           from type in Enumerable.Repeat(parts[0], parts.Length == 1 ? 1 : int.Parse(parts[1], CultureInfo.InvariantCulture))
           select type,
    ];

    // "0-31", "1,3-5", or nothing for a tensor outside of layers.
    private static IEnumerable<int?> Layers(string text)
    {
        if (text.Length == 0)
        {
            yield return null;
            yield break;
        }

        foreach (var range in text.Split(','))
        {
            var ends = range.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture)).ToArray();
            for (var layer = ends[0]; layer <= ends[^1]; layer++)
            {
                yield return layer;
            }
        }
    }
}
