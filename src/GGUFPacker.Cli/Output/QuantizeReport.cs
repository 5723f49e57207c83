using System.Text.Json;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Model;

namespace GGUFPacker.Cli.Output;

/// <summary>What quantizing did, or would do, for people and for programs.</summary>
internal static class QuantizeReport
{
    /// <summary>Writes the paths of the files; for a dry run the tensors and the size.</summary>
    public static void WriteText(TextWriter output, QuantizeCommandLine line, QuantizeResult result)
    {
        if (line.IsDryRun)
        {
            WritePlan(output, result.Plan);
        }

        foreach (var path in result.Paths)
        {
            output.WriteLine(path);
        }
    }

    /// <summary>Writes all of it.</summary>
    public static void WriteJson(TextWriter output, QuantizeCommandLine line, QuantizeResult result) => JsonText.Write(output, writer =>
    {
        var plan = result.Plan;
        writer.WriteStartObject();
        writer.WriteString("type", line.Options.Type.Name);
        writer.WriteBoolean("dryRun", line.IsDryRun);
        writer.WriteBoolean("imatrix", plan.HasImatrix);
        writer.WriteBoolean("needsImatrix", plan.ImatrixRequiredBy is not null);
        writer.WriteNumber("parameters", plan.ElementCount);
        writer.WriteNumber("sourceBytes", plan.SourceBytes);
        writer.WriteNumber("bytes", plan.TargetBytes);
        writer.WriteNumber("fallbacks", plan.FallbackCount);
        WriteStrings(writer, "files", result.Paths);
        WriteStrings(writer, "notes", plan.Notes);
        writer.WriteStartArray("tensors");
        foreach (var tensor in plan.Tensors)
        {
            WriteTensor(writer, tensor);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void WritePlan(TextWriter output, QuantizationPlan plan)
    {
        var table = new TextTable("TENSOR", "SHAPE", "FROM", "TO", "SIZE");
        foreach (var tensor in plan.Tensors)
        {
            table.Add(
                tensor.Target.Name,
                string.Join('x', tensor.Target.Shape),
                tensor.Source.Type.ToString(),
                tensor.Target.Type + (tensor.IsFallback ? " (instead of " + tensor.WantedType + ")" : ""),
                GgufUnits.FormatBytes(tensor.Target.ByteLength));
        }

        table.Write(output);
        var bits = GgufUnits.FormatBitsPerWeight(plan.ElementCount == 0 ? 0 : plan.TargetBytes * 8.0 / plan.ElementCount);
        output.WriteLine(
            $"{plan.Tensors.Length} tensors, {GgufUnits.FormatBytes(plan.SourceBytes)} become {GgufUnits.FormatBytes(plan.TargetBytes)} ({bits})");
    }

    private static void WriteTensor(Utf8JsonWriter writer, PlannedTensor tensor)
    {
        writer.WriteStartObject();
        writer.WriteString("name", tensor.Target.Name);
        writer.WriteStartArray("shape");
        foreach (var length in tensor.Target.Shape)
        {
            writer.WriteNumberValue(length);
        }

        writer.WriteEndArray();
        writer.WriteString("from", tensor.Source.Type.ToString());
        writer.WriteString("to", tensor.Target.Type.ToString());
        if (tensor.IsFallback)
        {
            writer.WriteString("insteadOf", tensor.WantedType.ToString());
        }

        if (tensor.Importance is not null)
        {
            writer.WriteBoolean("imatrix", true);
        }

        writer.WriteNumber("bytes", tensor.Target.ByteLength);
        writer.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }
}
