using System.Globalization;
using System.Xml.Linq;
using GGUFPacker.Estimation.Engines;
using GGUFPacker.Estimation.Fitting;
using GGUFPacker.Estimation.Pictures;
using GGUFPacker.Estimation.Reports;
using GGUFPacker.Estimation.Tests.Engines;

namespace GGUFPacker.Estimation.Tests.Pictures;

public sealed class PictureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private static readonly EngineArguments Server = EngineArguments.Of(EngineProfile.LlamaServer);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 300 << 20)]
    public void A_picture_is_well_formed_whatever_a_model_is_called(int devices, long memory)
    {
        var setup = Setup(devices, memory);
        var document = EstimateDocument.Create("<a> & \"b\" \u0001 ü", setup.Models.Model, [new EstimateRow(setup.Estimate())]);

        var picture = XDocument.Parse(MemoryPicture.Draw(document, ContextCurve.Create(setup))).Root!;

        Assert.Equal("Memory of <a> & \"b\" \uFFFD ü", picture.Element(Svg + "title")!.Value);
        Assert.Equal(devices + 1, picture.Elements(Svg + "polyline").Count());
        Assert.Equal(memory > 0 ? devices + 2 : 0, picture.Elements(Svg + "rect").Count(rect => rect.Attribute("class")!.Value == "free"));
        Assert.Contains("prefers-color-scheme: dark", picture.Element(Svg + "style")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Bars_are_as_long_as_the_bytes_they_stand_for()
    {
        var setup = Setup(1, 1L << 30);
        var estimate = setup.Estimate();
        var document = EstimateDocument.Create("m", setup.Models.Model, [new EstimateRow(estimate)]);

        var rects = XDocument.Parse(MemoryPicture.Draw(document)).Root!.Elements(Svg + "rect").ToArray();

        var whole = Width(rects.First(rect => rect.Attribute("class")!.Value == "free"));
        var kv = rects.Single(rect => rect.Attribute("class")!.Value == "kv" && rect.Element(Svg + "title") is not null);
        Assert.Equal(whole * estimate.Devices[0].Cache / (1L << 30), Width(kv), 0.02);

        static double Width(XElement rect) => double.Parse(rect.Attribute("width")!.Value, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void A_curve_goes_up_to_the_trained_context()
    {
        var curve = ContextCurve.Create(Setup(1, 0));

        var contexts = curve.Points.Select(point => point.Model.Resolved.ContextSize).ToArray();
        Assert.Equal(contexts.Order().Distinct(), contexts);
        Assert.Equal((256, 32768), (contexts[0], contexts[^1]));
        Assert.Equal(curve.Points.Select(point => point.DeviceBytes).Order(), curve.Points.Select(point => point.DeviceBytes));
    }

    [Fact]
    public void A_page_has_the_picture_and_a_table_for_each_row()
    {
        var setup = Setup(1, 0);
        var document = EstimateDocument.Create("<m>", setup.Models.Model, [new EstimateRow(setup.Estimate()), new EstimateRow(setup.Estimate(options => options with { DeviceLayers = 0 }))]);

        var page = EstimatePage.Write(document);

        Assert.DoesNotContain("<m>", page, StringComparison.Ordinal);
        Assert.Equal(2, page.Split("<table>").Length - 1);
        Assert.Single(page.Split("<svg").Skip(1));
    }

    [Fact]
    public void Many_rows_are_cut_off()
    {
        var setup = Setup(1, 0);
        var row = new EstimateRow(setup.Estimate());
        var document = EstimateDocument.Create("m", setup.Models.Model, [.. Enumerable.Repeat(row, 100)]);

        Assert.Contains("and 88 more", MemoryPicture.Draw(document), StringComparison.Ordinal);
    }

    private static EngineSetup Setup(int devices, long memory) => new(
        new EngineModels(EngineEstimatorTests.Llama(4)), Server, [.. EngineEstimatorTests.Gpus(devices, memory).Prepend(new ComputeDevice("CPU", ComputeDeviceKind.Cpu, memory))], PlatformFootprint.Default);
}
