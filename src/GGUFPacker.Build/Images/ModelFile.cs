using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Oci.Content;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Build.Images;

/// <summary>What an image config says of one of its GGUF files: the original's <c>GGUFFile</c>. Immutable.</summary>
public sealed record ModelFile
{
    /// <summary>The header as gguf-parser-go writes it.</summary>
    public required JsonElement Gguf { get; init; }

    /// <summary>The architecture, such as <c>llama</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>The number of weights.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bits for each weight.</summary>
    public required double BitsPerWeight { get; init; }

    /// <summary>gguf-parser-go's number of the file type, see <see cref="GgufFileTypeLabel"/>.</summary>
    public required int FileType { get; init; }

    /// <summary>The argument that names the file.</summary>
    public required string CommandValue { get; init; }

    /// <summary>The argument's index in the command.</summary>
    public required int CommandIndex { get; init; }

    /// <summary>The file's size in bytes; of a split model all files'.</summary>
    public long Size => Gguf.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out var value) ? value : 0;

    /// <summary>llama.cpp's name of the file type, such as <c>Q4_K_M</c>.</summary>
    public string FileTypeName => GgufFileTypeLabel.Of(
        Find("general.file_type") is { ValueKind: JsonValueKind.Number } declared && declared.TryGetInt64(out var number) ? number : null,
        Items(Gguf, "tensorInfos").Select(tensor => new TensorInfo(
            tensor.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString()! : "",
            tensor.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.Number && type.TryGetUInt32(out var value)
                ? (TensorType)value
                : (TensorType)uint.MaxValue,
            ImmutableArray<long>.Empty))).Name;

    /// <summary>The text of a key of the header; null if it is not there or no text.</summary>
    public string? Text(string key) => Find(key) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    internal static ModelFile Describe(GgufFile file, CommandFile argument)
    {
        var summary = GgufSummary.Of(file);
        var writer = new GoJsonWriter();
        GgufParsedJson.Write(writer, file, summary, reparsed: true);
        using var document = JsonDocument.Parse(writer.Written);
        return new ModelFile
        {
            Gguf = document.RootElement.Clone(),
            Architecture = summary.Architecture,
            Parameters = summary.Parameters,
            BitsPerWeight = summary.BitsPerWeight,
            FileType = summary.FileType.Number,
            CommandValue = argument.Value,
            CommandIndex = argument.Index,
        };
    }

    internal static ModelFile Parse(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("GGUF", out var gguf) || gguf.ValueKind != JsonValueKind.Object)
        {
            throw new ContentException("The image config describes a model file without its GGUF header.");
        }

        return new ModelFile
        {
            Gguf = gguf.Clone(),
            Architecture = json.TryGetProperty("Architecture", out var architecture) ? architecture.GetString() ?? "" : "",
            Parameters = json.TryGetProperty("Parameters", out var parameters) ? parameters.GetInt64() : 0,
            BitsPerWeight = json.TryGetProperty("BitsPerWeight", out var bits) ? bits.GetDouble() : 0,
            FileType = json.TryGetProperty("FileType", out var type) ? type.GetInt32() : 0,
            CommandValue = json.TryGetProperty("CmdParameterValue", out var value) ? value.GetString() ?? "" : "",
            CommandIndex = json.TryGetProperty("CmdParameterIndex", out var index) ? index.GetInt32() : 0,
        };
    }

    internal void Write(GoJsonWriter writer)
    {
        writer.Begin('{');
        writer.Name("GGUF").Raw(Encoding.UTF8.GetBytes(Gguf.GetRawText()));
        if (Architecture.Length > 0)
        {
            writer.Name("Architecture").Text(Architecture);
        }

        writer.Name("Parameters").Number(Parameters);
        writer.Name("BitsPerWeight").Number(BitsPerWeight);
        if (FileType != 0)
        {
            writer.Name("FileType").Number(FileType);
        }

        if (CommandValue.Length > 0)
        {
            writer.Name("CmdParameterValue").Text(CommandValue);
        }

        if (CommandIndex != 0)
        {
            writer.Name("CmdParameterIndex").Number(CommandIndex);
        }

        writer.End('}');
    }

    private JsonElement? Find(string key)
    {
        if (!Gguf.TryGetProperty("header", out var header))
        {
            return null;
        }

        foreach (var entry in Items(header, "metadataKV"))
        {
            if (entry.TryGetProperty("key", out var name) && name.ValueKind == JsonValueKind.String && name.ValueEquals(key)
                && entry.TryGetProperty("value", out var value))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The objects of a list; none if there is no such list.</summary>
    private static IEnumerable<JsonElement> Items(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object)
            : [];
}
