using GGUFPacker.Estimation.Caches;
using GGUFPacker.Estimation.Compute;
using GGUFPacker.Estimation.Graphs.Families;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;

namespace GGUFPacker.Estimation.Tests;

public class ApproximationTests
{
    [Fact]
    public void Report()
    {
        var closed = new ClosedFormCompute();
        var any = new GraphCompute(AnyDecoder.Build, closed, GraphExactness.Nowhere);
        foreach (var (line, description) in EstimateGolden.Rows)
        {
            var golden = EstimateGolden.Read(line);
            var shape = ModelShapeReader.Read(golden.Header);
            var placement = PlacementPlanner.Plan(shape, golden.Options, golden.Devices);
            var context = ContextResolution.Resolve(shape, golden.Options, placement) with { FlashAttention = golden.Expected.GetProperty("resolved").GetProperty("fa").GetInt32() != 0 };
            var request = new ComputeRequest(shape, context, placement, CachePlanner.Plan(shape, context, placement));
            var buffers = golden.Expected.GetProperty("buffers");
            long Get(string name) => buffers.TryGetProperty(name, out var b) ? b.GetProperty("compute").GetInt64() : 0;
            var host = Get("CPU") + Get("HOST");
            var dev = placement.Devices.Select(d => Get(d.Device.Name)).ToArray();
            var a = any.Estimate(request);
            var c = closed.Estimate(request);
            string R(ComputeBuffers x) => $"{(double)(x.Host + x.Devices.Sum()) / (host + dev.Sum()):F4} {(double)x.Host / Math.Max(1, host):F4} {string.Join(',', x.Devices.Select((d, i) => ((double)d / Math.Max(1, dev[i])).ToString("F4")))}";
            System.IO.File.AppendAllText("/tmp/probe/rows.txt", $"{shape.Architecture} | {R(a)} | {R(c)} | {host} {string.Join(',', dev)} {description}\n");
        }
    }
}
