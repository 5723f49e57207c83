using System.Text;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Metadata;
using GGUFPacker.Conversion.Tests.Conversions;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Testing;

namespace GGUFPacker.Conversion.Tests.Metadata;

/// <summary>The description and file names that the reference finds for many directory names, model cards and configurations.</summary>
public sealed class MetadataTableTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("metadata-");

    public static IEnumerable<TheoryDataRow<int, string>> Rows()
    {
        if (Goldens.Files("convert", "metadata-table.json") is not [var path])
        {
            return [];
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.EnumerateArray().Select((row, index) => new TheoryDataRow<int, string>(index, row.GetProperty("dir").GetString()!))];
    }

    [Theory]
    [GoldenData(nameof(Rows))]
    public void Description_is_the_reference_s(int index, string directoryName)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Goldens.Path("convert", "metadata-table.json")));
        var row = document.RootElement[index];
        var files = WriteFiles(row, directoryName);

        if (row.TryGetProperty("error", out _))
        {
            Assert.Throws<CheckpointException>(() => Describe(row, files));
            return;
        }

        var (written, fileName, vocabularyFileName) = Describe(row, files);
        Assert.Equal(row.GetProperty("kv").EnumerateArray().Select(KeyValueText.Of), written.Select(entry => KeyValueText.Of(entry.Key, entry.Value)));
        Assert.Equal(row.GetProperty("filename").GetString(), fileName);
        Assert.Equal(row.GetProperty("filename_vocab").GetString(), vocabularyFileName);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private CheckpointFiles WriteFiles(JsonElement row, string directoryName)
    {
        var paths = new Dictionary<string, string>();
        Write("README.md", "readme");
        Write("config.json", "config");
        Write("generation_config.json", "generation_config");
        return new CheckpointFiles(directoryName, paths);

        void Write(string fileName, string key)
        {
            if (row.TryGetProperty(key, out var content))
            {
                paths[fileName] = Path.Combine(_folder.FullName, fileName);
                File.WriteAllBytes(paths[fileName], content.ValueKind switch
                {
                    JsonValueKind.String => Encoding.UTF8.GetBytes(content.GetString()!),
                    JsonValueKind.Object when content.TryGetProperty("hex", out var hex) => Convert.FromHexString(hex.GetString()!),
                    _ => Encoding.UTF8.GetBytes(content.GetRawText()),
                });
            }
        }
    }

    private (GgufMetadata Written, string FileName, string VocabularyFileName) Describe(JsonElement row, CheckpointFiles files)
    {
        string? overrides = null;
        if (row.TryGetProperty("metadata_override", out var json))
        {
            overrides = Path.Combine(_folder.FullName, "overrides.json");
            File.WriteAllText(overrides, json.GetRawText());
        }

        var modelName = row.TryGetProperty("model_name", out var name) ? name.GetString() : null;
        var metadata = ModelMetadataLoader.Load(files, overrides, modelName, Count(row));
        var builder = new GgufMetadata.Builder();
        ModelMetadataWriter.Write(metadata, builder);
        var outType = Enum.Parse<OutType>(row.GetProperty("output_type").GetString()!);
        return (builder.Build(), OutputFileName.OfModel(metadata, outType.ToString(), Count(row).Total < 0), OutputFileName.OfVocabulary(metadata));
    }

    private static ParameterCount Count(JsonElement row)
    {
        var parameters = row.GetProperty("params");
        return new ParameterCount(Number("total"), Number("shared"), Number("expert"), Number("expert_count"));

        long Number(string key) => parameters.GetProperty(key).GetInt64();
    }
}
