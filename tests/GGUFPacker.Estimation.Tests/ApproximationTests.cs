using GGUFPacker.Estimation.Caches;
using GGUFPacker.Estimation.Compute;
using GGUFPacker.Estimation.Graphs;
using GGUFPacker.Estimation.Graphs.Families;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;

namespace GGUFPacker.Estimation.Tests;

/// <summary>How near the estimates for unknown families come, measured with known ones: their compute buffers are estimated as if their templates did not exist.</summary>
public class ApproximationTests
{
    // Of a few tokens, or of models made for tests: there single tensors decide, and nobody asks how much memory they take.
    private const long Small = 4 << 20;

    // Families with parts beside attention and network that no other family has, or that make logits nobody wants: a decoder of common parts says nothing of them.
    private static readonly string[] Singular =
    [
        "arwkv7", "chameleon", "cogvlm", "dflash", "eagle3", "gemma3n", "gemma4-assistant", "graniteswitch", "hy_v4", "mistral4", "rwkv6", "rwkv6qwen2", "rwkv7", "t5", "t5encoder",
        "wavtokenizer-dec",
    ];

    private static readonly ClosedFormCompute ClosedForm = new();

    [Fact]
    public void A_decoder_known_by_its_tensors_is_within_15_percent_and_hardly_ever_5_percent_too_small()
    {
        var ratios = Ratios(new GraphCompute(AnyDecoder.Build, new NoEstimate(), isExact: false));
        Assert.InRange(ratios[ratios.Length * 3 / 100], 0.95, 1.15);
        Assert.InRange(ratios[ratios.Length * 95 / 100], 0.95, 1.15);
    }

    [Fact]
    public void The_closed_form_is_of_the_right_order()
    {
        var ratios = Ratios(ClosedForm);
        Assert.InRange(ratios[ratios.Length / 2], 0.95, 1.25);
        Assert.InRange(ratios[ratios.Length * 5 / 100], 0.5, 1.25);
    }

    private static double[] Ratios(IComputeEstimator estimator)
    {
        var ratios = new List<double>();
        foreach (var (line, _) in EstimateGolden.Rows)
        {
            var golden = EstimateGolden.Read(line);
            var shape = ModelShapeReader.Read(golden.Header);
            if (GraphTemplates.Find(shape.Architecture) is null || Singular.Contains(shape.Architecture) || golden.Options.PredictionContext)
            {
                continue;
            }

            var expected = golden.Expected.GetProperty("buffers").EnumerateObject().Sum(buffer => buffer.Value.GetProperty("compute").GetInt64());
            if (expected < Small)
            {
                continue;
            }

            var placement = PlacementPlanner.Plan(shape, golden.Options, golden.Devices);
            var context = ContextResolution.Resolve(shape, golden.Options, placement) with
            {
                FlashAttention = golden.Expected.GetProperty("resolved").GetProperty("fa").GetInt32() != 0,
            };
            var compute = estimator.Estimate(new ComputeRequest(shape, context, placement, CachePlanner.Plan(shape, context, placement)));
            if (compute.Host == 0)
            {
                continue;
            }

            ratios.Add((double)(compute.Host + compute.Devices.Sum()) / expected);
        }

        Assert.SkipWhen(ratios.Count == 0, "There is no reference data for this test.");
        return [.. ratios.Order()];
    }

    /// <summary>For models that are no such decoder: what the closed form makes of them is another test's matter.</summary>
    private sealed class NoEstimate : IComputeEstimator
    {
        public bool KeepsFlashAttention(ComputeRequest request) => true;

        public ComputeBuffers Estimate(ComputeRequest request) => new(0, [], [], IsExact: false);
    }
}
