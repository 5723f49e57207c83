using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.QuantizedSources;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tests.Tensors;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Policy;

namespace GGUFPacker.Conversion.Tests.Architectures;

/// <summary>
/// Families without checkpoints among the goldens, and variants of configurations: keys and tensors as llama.cpp v0.5.0's converter writes them for the
/// same configuration (Families/*.json). The tensors' numbers follow from their names, so no file holds any.
/// </summary>
public sealed class FamilyGoldenTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Architectures", "Families");

    public static IEnumerable<TheoryDataRow<string>> Cases() =>
        Directory.EnumerateFiles(Folder, "*.json").Order(StringComparer.Ordinal).Select(path => new TheoryDataRow<string>(Path.GetFileNameWithoutExtension(path)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Keys_and_tensors_are_those_of_the_reference(string name)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, $"{name}.json")));
        var expected = golden.RootElement.GetProperty("expected").EnumerateArray().Select(line => line.GetString());
        Assert.Equal(expected, Convert(golden.RootElement));
    }

    /// <summary>Keys and tensors, one a line.</summary>
    internal static IReadOnlyList<string> Convert(JsonElement golden)
    {
        var architectureName = golden.GetProperty("architecture").GetString()!;
        var config = golden.GetProperty("config");
        var values = new ModelConfig(Members(config).Concat(config.TryGetProperty("text_config", out var text) ? Members(text) : []));
        using var folder = new TemporaryFolder();
        foreach (var (name, content) in golden.TryGetProperty("files", out var contents) ? Members(contents) : [])
        {
            folder.Write(name, content.GetString()!);
        }

        var files = folder.Files;
        using var none = CheckpointWeights.Open(files);
        using var target = new TemporaryFolder();
        var options = new ConvertOptions();
        if (golden.TryGetProperty("prediction", out var prediction))
        {
            options = options with { TokenPrediction = Enum.Parse<TokenPrediction>(prediction.GetString()!) };
        }

        if (golden.TryGetProperty("target", out var targetConfig))
        {
            options = options with { BaseModel = target.Write("config.json", targetConfig.GetRawText()).Files };
        }

        var architecture = ArchitectureSelection.Create(new ArchitectureContext(architectureName, values, files, none, options));
        var numbers = golden.TryGetProperty("data", out var data) ? data : default;
        var weights = new WeightSet(new OrderedDictionary<string, TensorSource>(
            golden.GetProperty("tensors").EnumerateObject()
                .Select(tensor => KeyValuePair.Create(architecture.Select(tensor.Name)!, Tensor(tensor.Name, tensor.Value.GetString()!, numbers)))
                .Where(tensor => tensor.Key is not null),
            StringComparer.Ordinal));

        var ready = TensorPlan.Restore(weights, architecture, QuantizationConfig.Load(files, values), values);
        var encoders = TensorPlan.Convert(weights, ready, architecture, OutType.BF16);
        var builder = new GgufMetadata.Builder();
        var writer = new ParameterWriter(builder, architecture.Definition.Name, architecture.IsMxfp4File ? (uint)GgufFileType.MXFP4_MOE : OutType.BF16.FileType);
        builder.Set("general.architecture", GgufValue.Of(architecture.Definition.Name));
        architecture.WriteEarlyParameters(writer);
        builder.Set("general.type", GgufValue.Of("model"));
        architecture.WriteParameters(writer);
        return
        [
            .. builder.Build().Where(entry => !entry.Key.StartsWith("tokenizer.", StringComparison.Ordinal)).Select(Line),
            .. encoders.Select(Line),
        ];
    }

    private static IEnumerable<KeyValuePair<string, JsonElement>> Members(JsonElement json) =>
        json.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value));

    /// <summary>A tensor whose numbers follow from its name, unless "data" has them: their type and their bytes.</summary>
    private static TensorSource Tensor(string name, string shape, JsonElement data)
    {
        var dimensions = shape.Split('x').Select(long.Parse).ToArray();
        if (data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var given) && given.GetString()!.Split(' ') is [var typeName, var hex]
            && ElementTypes.TryParse(typeName, out var type))
        {
            return ArrayTensor.Of(type, System.Convert.FromHexString(hex), dimensions);
        }

        var seed = (uint)name.Sum(character => character) * 40503;
        var numbers = new ushort[dimensions.Aggregate(1L, (product, dimension) => product * dimension)];
        for (var i = 0u; i < numbers.Length; i++)
        {
            var random = unchecked((i * 2654435761) + seed);
            numbers[i] = (ushort)(0x3F00 | (random >> 16 & 0xFF) | (random >> 31 << 15));
        }

        return ArrayTensor.Of(ElementType.BF16, numbers, dimensions);
    }

    private static string Line(TensorEncoder encoder)
    {
        var bytes = new byte[encoder.Info.ByteLength];
        encoder.ReadRows(0, bytes);
        return $"{encoder.Info.Name}: {encoder.Info.Type} {bytes.Length} bytes {System.Convert.ToHexStringLower(SHA1.HashData(bytes))[..12]}";
    }

    private static string Line(KeyValuePair<string, GgufValue> entry)
    {
        var value = entry.Value;
        return $"{entry.Key}: " + (
            value.TryGet<float>(out var number) ? $"f32 {Bits(number)}"
            : value.TryGet<bool>(out var flag) ? $"bool {(flag ? "true" : "false")}"
            : value.AsString() is { } text ? $"str {text}"
            : value.TryGetInteger(out var integer) ? $"u32 {integer}"
            : value.TryGetArray<int>(out var integers) ? $"i32 [{string.Join(',', integers.ToArray())}]"
            : value.TryGetArray<ulong>(out var large) ? $"u64 [{string.Join(',', large.ToArray())}]"
            : value.TryGetArray<bool>(out var flags) ? $"bool [{string.Join(',', flags.ToArray().Select(item => item ? "true" : "false"))}]"
            : value.TryGetArray<float>(out var numbers) ? $"f32 [{string.Join(',', numbers.ToArray().Select(Bits))}]"
            : value.Type.ToString());
    }

    private static string Bits(float number) => BitConverter.SingleToUInt32Bits(number).ToString("x8", CultureInfo.InvariantCulture);
}
