using GGUFPacker.Estimation.Engines;
using GGUFPacker.Estimation.Fitting;
using GGUFPacker.Estimation.Tests.Engines;

namespace GGUFPacker.Estimation.Tests.Fitting;

public sealed class FittingTests
{
    private static readonly EngineArguments Server = EngineArguments.Of(EngineProfile.LlamaServer);

    [Fact]
    public void The_largest_context_fits_and_the_next_one_does_not()
    {
        var setup = Setup(layers: 8);
        var limits = new MemoryLimits { DeviceBytes = setup.Estimate(options => options with { ContextSize = 5000 }).DeviceBytes };

        var found = ContextFit.Largest(setup, limits)!;

        var context = found.Model.Resolved.ContextSize;
        Assert.InRange(context, 5000, 32767);
        Assert.Equal(0, context % ContextFit.Step);
        Assert.True(limits.Fits(found));
        Assert.False(limits.Fits(setup.Estimate(options => options with { ContextSize = context + ContextFit.Step })));
    }

    [Fact]
    public void A_context_is_no_larger_than_the_model_was_trained_with_or_than_asked_for()
    {
        Assert.Equal(32768, ContextFit.Largest(Setup(2), new MemoryLimits { DeviceBytes = 1L << 50 })!.Model.Resolved.ContextSize);
        Assert.Equal(4096, ContextFit.Largest(Setup(2), new MemoryLimits { DeviceBytes = 1L << 50 }, most: 4096)!.Model.Resolved.ContextSize);
        Assert.Null(ContextFit.Largest(Setup(2), new MemoryLimits { DeviceBytes = 1 }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_most_layers_fit_and_one_more_does_not(int devices)
    {
        var setup = Setup(layers: 12, devices: devices);
        var limits = new MemoryLimits { DeviceBytes = setup.Estimate(options => options with { DeviceLayers = 7 }).DeviceBytes };

        var found = LayerFit.Most(setup, limits)!;

        var layers = found.Model.OffloadedLayers;
        Assert.InRange(layers, 7, 12);
        Assert.All(Enumerable.Range(layers + 1, 13 - layers), more => Assert.False(limits.Fits(setup.Estimate(options => options with { DeviceLayers = more }))));
    }

    [Fact]
    public void Each_device_is_a_limit_of_its_own()
    {
        var setup = Setup(layers: 8, devices: 2);
        var estimate = setup.Estimate();
        var tight = setup with { Devices = [.. estimate.Devices.Select((device, i) => device.Device with { MemoryBytes = device.Total - i })] };

        var excess = Assert.Single(MemoryLimits.None.Excesses(tight.Estimate(options => options with { TensorSplit = [1, 1] })));

        Assert.Equal("GPU1", excess.Name);
    }

    [Fact]
    public void Pages_of_the_file_need_no_room_of_their_own()
    {
        var setup = Setup(layers: 8, devices: 0);
        var mapped = setup.Estimate();
        var read = setup.Estimate(options => options with { MemoryMap = false });

        Assert.True(mapped.Host.MappedWeights > 0);
        Assert.True(mapped.HostBytes < read.HostBytes);
        Assert.True(new MemoryLimits { HostBytes = mapped.HostBytes } is var limits && limits.Fits(mapped) && !limits.Fits(read));
    }

    [Fact]
    public void Each_remedy_fits_and_changes_one_thing()
    {
        var setup = Setup(layers: 8, width: 512);
        var limits = new MemoryLimits { DeviceBytes = setup.Estimate().DeviceBytes * 9 / 10 };

        var remedies = Remedies.Find(setup, limits).ToArray();

        Assert.Equal(remedies.Select(remedy => remedy.Kind), remedies.Select(remedy => remedy.Kind).Distinct().Order());
        Assert.Contains(remedies, remedy => remedy.Kind == RemedyKind.ShorterContext);
        Assert.Contains(remedies, remedy => remedy.Kind == RemedyKind.FewerLayers);
        Assert.All(remedies, remedy => Assert.True(limits.Fits(remedy.Estimate), remedy.Change));
        foreach (var remedy in remedies.Where(remedy => remedy.Kind != RemedyKind.SmallerType))
        {
            var changed = setup with { Arguments = setup.Arguments.Apply(remedy.Change.Split(' ')) };
            Assert.Equal(remedy.Estimate.DeviceBytes, changed.Estimate().DeviceBytes);
        }
    }

    [Fact]
    public void Smaller_types_get_smaller()
    {
        var header = EngineEstimatorTests.Llama(4, 512);

        var sizes = SmallerTypes.Of(header).Select(entry => entry.Header.Tensors.Sum(tensor => tensor.ByteLength)).ToArray();

        Assert.Equal(SmallerTypes.Candidates.Length, sizes.Length);
        Assert.Equal(sizes.OrderDescending(), sizes);
        Assert.True(sizes[0] < header.Tensors.Sum(tensor => tensor.ByteLength));
    }

    private static EngineSetup Setup(int layers, int devices = 1, int width = 256) =>
        new(new EngineModels(EngineEstimatorTests.Llama(layers, width)), Server, [.. EngineEstimatorTests.Gpus(devices)], PlatformFootprint.Default);
}
