using System.Buffers;
using System.Globalization;
using System.Text;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Build.Images;

/// <summary>
/// A GGUF header as JSON, to the byte as gguf-parser-go v0.12.0 writes it (<c>gguf-parser --raw</c>). Arrays are described, not listed; strings lose
/// white space at their ends;
/// of a split model the parts' keys follow one another without <c>split.no</c>. An infinite or undefined number, which gguf-parser-go fails on, becomes null.
/// </summary>
public static class GgufParsedJson
{
    private const uint Magic = 0x46554747;

    /// <summary>The header of an open file; a line feed ends it.</summary>
    public static byte[] Write(GgufFile file)
    {
        var writer = new GoJsonWriter();
        Write(writer, file, GgufSummary.Of(file), reparsed: false);
        return [.. writer.Written.Span, (byte)'\n'];
    }

    /// <summary>Writes the header as one object.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="file">The file.</param>
    /// <param name="summary">The file's summary.</param>
    /// <param name="reparsed">True for the form inside an image config, where the original had read it and written it again: numbers of keys are
    /// doubles, members of described arrays are in alphabetical order.</param>
    internal static void Write(GoJsonWriter writer, GgufFile file, GgufSummary summary, bool reparsed)
    {
        var headers = file.Parts.Select(part => part.Header).ToArray();
        var entries = headers.SelectMany(header => header.Metadata.Select((entry, i) => (entry.Key, entry.Value, Span: header.ValueSpans[i], header.Version)))
            .Where(entry => entry.Key.Trim() != GgufSplitPlan.NumberKey).ToArray();
        writer.Begin('{');
        writer.Name("header").Begin('{');
        writer.Name("magic").Number(Magic);
        writer.Name("version").Number(headers[^1].Version);
        writer.Name("tensorCount").Number(file.Tensors.Length);
        writer.Name("metadataKVCount").Number(entries.Length);
        writer.Name("metadataKV");
        if (entries.Length == 0)
        {
            writer.Null();
        }
        else
        {
            writer.Begin('[');
            foreach (var (key, value, span, version) in entries)
            {
                writer.Begin('{');
                writer.Name("key").Text(Trim(Encoding.UTF8.GetBytes(key)), reparsed);
                writer.Name("valueType").Number((long)value.Type);
                writer.Name("value");
                WriteValue(writer, value, span, version, reparsed);
                writer.End('}');
            }

            writer.End(']');
        }

        writer.End('}');
        WriteTensors(writer, headers, reparsed);
        WriteSizes(writer, summary);
        writer.End('}');
    }

    private static void WriteTensors(GoJsonWriter writer, GgufHeader[] headers, bool reparsed)
    {
        writer.Name("tensorInfos").Begin('[');
        foreach (var header in headers)
        {
            for (var i = 0; i < header.Tensors.Length; i++)
            {
                var tensor = header.Tensors[i];
                writer.Begin('{');
                writer.Name("name").Text(Trim(Encoding.UTF8.GetBytes(tensor.Name)), reparsed);
                writer.Name("nDimensions").Number(tensor.Shape.Length);
                writer.Name("dimensions").Begin('[');
                foreach (var size in tensor.Shape)
                {
                    writer.Number(size);
                }

                writer.End(']');
                writer.Name("type").Number((long)tensor.Type);
                writer.Name("offset").Number(header.TensorOffsets[i]);
                writer.Name("startOffset").Number(header.TensorEntrySpans[i].Offset);
                writer.End('}');
            }
        }

        writer.End(']');
    }

    private static void WriteSizes(GoJsonWriter writer, GgufSummary summary)
    {
        var parts = summary.Parts;
        var single = parts.Length == 1;
        writer.Name("padding").Number(single ? parts[0].Padding : 0);
        WriteEach("splitPaddings", part => part.Padding);
        writer.Name("tensorDataStartOffset").Number(single ? parts[0].DataOffset : 0);
        WriteEach("splitTensorDataStartOffsets", part => part.DataOffset);
        writer.Name("size").Number(summary.Bytes);
        WriteEach("splitSizes", part => part.Bytes);
        writer.Name("modelSize").Number(unchecked((ulong)summary.ModelBytes));
        writer.Name("splitModelSizes").Begin('[');
        foreach (var part in parts)
        {
            writer.Number(unchecked((ulong)part.ModelBytes));
        }

        writer.End(']');
        writer.Name("modelParameters").Number(summary.Parameters);
        writer.Name("modelBitsPerWeight").Number(summary.BitsPerWeight);

        void WriteEach(string name, Func<GgufPartSummary, long> value)
        {
            writer.Name(name).Begin('[');
            foreach (var part in parts)
            {
                writer.Number(value(part));
            }

            writer.End(']');
        }
    }

    private static void WriteValue(GoJsonWriter writer, GgufValue value, GgufSpan span, int version, bool reparsed)
    {
        if (value.Type == GgufValueType.Array)
        {
            // The description begins where the element type stands, the size counts the elements only.
            var begin = span.Offset - (version == 1 ? 8 : 12);
            WriteArray(writer, (long)value.ElementType, value.Count, begin, span.Length, reparsed);
        }
        else if (value.TryGet<GgufString>(out var text))
        {
            writer.Text(Trim(text.Bytes), reparsed);
        }
        else if (value.TryGet<bool>(out var flag))
        {
            writer.Flag(flag);
        }
        else if (Format(value) is { } number)
        {
            writer.Raw(Encoding.ASCII.GetBytes(reparsed ? GoNumbers.Format(double.Parse(number, CultureInfo.InvariantCulture)) : number));
        }
        else
        {
            writer.Null();
        }
    }

    private static void WriteArray(GoJsonWriter writer, long type, long count, long offset, long size, bool reparsed)
    {
        writer.Begin('{');
        if (!reparsed)
        {
            writer.Name("type").Number(type);
        }

        writer.Name("len").Number(count);
        if (reparsed)
        {
            writer.Name("size").Number(size);
        }

        writer.Name("startOffset").Number(offset);
        if (reparsed)
        {
            writer.Name("type").Number(type);
        }
        else
        {
            writer.Name("size").Number(size);
        }

        writer.End('}');
    }

    private static string? Format(GgufValue value) =>
        value.TryGet<float>(out var single) ? (float.IsFinite(single) ? GoNumbers.Format(single) : null)
        : value.TryGet<double>(out var real) ? (double.IsFinite(real) ? GoNumbers.Format(real) : null)
        : value.TryGet<ulong>(out var unsigned) ? unsigned.ToString(CultureInfo.InvariantCulture)
        : value.TryGetInteger(out var integer) ? integer.ToString(CultureInfo.InvariantCulture)
        : null;

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        while (Rune.DecodeFromUtf8(text, out var first, out var length) == OperationStatus.Done && Rune.IsWhiteSpace(first))
        {
            text = text[length..];
        }

        while (Rune.DecodeLastFromUtf8(text, out var last, out var length) == OperationStatus.Done && Rune.IsWhiteSpace(last))
        {
            text = text[..^length];
        }

        return text;
    }
}
