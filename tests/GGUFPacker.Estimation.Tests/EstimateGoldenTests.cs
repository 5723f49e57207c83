using System.Text.Json;
using GGUFPacker.Testing;

namespace GGUFPacker.Estimation.Tests;

public class EstimateGoldenTests
{
    // Intended differences: what is not compared, and why.
    private static readonly Dictionary<(string Model, string Buffer), string> NotCompared = new()
    {
        [("llama-ropef.gguf", "CPU_Mapped")] =
            "Taken from a file that had rope_freqs last; the header that goes with it has it first. llama.cpp maps 9160832 bytes of the latter, as is estimated.",
    };

    public static IEnumerable<ITheoryDataRow> Rows() => GoldenRows.Of(EstimateGolden.Rows);

    [Theory]
    [GoldenData(nameof(Rows))]
    public void Bytes_are_those_that_llama_cpp_allocates(int line, string description)
    {
        var golden = EstimateGolden.Read(line);
        var estimate = MemoryEstimator.Estimate(golden.Header, golden.Options, golden.Devices);
        var resolved = golden.Expected.GetProperty("resolved");
        Assert.Equal(
            (Integer(resolved, "n_ctx"), Integer(resolved, "n_ctx_seq"), Integer(resolved, "n_batch"), Integer(resolved, "n_ubatch"), Integer(resolved, "n_copies"), Integer(resolved, "fa") != 0),
            (estimate.Resolved.ContextSize, estimate.Resolved.ContextPerSequence, estimate.Resolved.BatchSize, estimate.Resolved.MicroBatchSize, estimate.Resolved.PipelineCopies, estimate.Resolved.FlashAttention));
        var names = golden.Expected.GetProperty("buffers").EnumerateObject().Select(buffer => buffer.Name).Union(estimate.Buffers.Select(buffer => buffer.Name))
            .Where(name => !NotCompared.ContainsKey((golden.Model, name))).ToArray();
        foreach (var part in new[] { "model", "context" })
        {
            Assert.Equal(names.Select(name => $"{name} {part} {Expected(golden, name, part)}"), names.Select(name => $"{name} {part} {Actual(estimate, name, part)}"));
        }

        Assert.Equal(golden.Expected.GetProperty("output_bytes").GetInt64(), estimate.Output);
        if (estimate.Confidence == EstimateConfidence.Approximate)
        {
            Assert.Skip($"The compute buffer of {estimate.Architecture} is a closed form ({description}).");
        }

        Assert.Equal(names.Select(name => $"{name} compute {Expected(golden, name, "compute")}"), names.Select(name => $"{name} compute {Actual(estimate, name, "compute")}"));
    }

    private static int Integer(JsonElement resolved, string name) => resolved.GetProperty(name).GetInt32();

    private static long Expected(EstimateGolden golden, string name, string part) =>
        golden.Expected.GetProperty("buffers").TryGetProperty(name, out var buffer) ? buffer.GetProperty(part).GetInt64() : 0;

    private static long Actual(MemoryEstimate estimate, string name, string part) =>
        estimate.Buffers.Where(buffer => buffer.Name == name).Sum(buffer => part switch { "model" => buffer.Weights, "context" => buffer.Cache, _ => buffer.Compute });
}
