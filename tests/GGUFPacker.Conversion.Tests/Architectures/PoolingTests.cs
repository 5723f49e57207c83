using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tests.Architectures;

public sealed class PoolingTests : IDisposable
{
    private const string Modules = """[{"type":"x.Transformer","path":""},{"type":"x.Pooling","path":"1_Pooling"}]""";

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("""{"pooling_mode_mean_tokens":true,"pooling_mode_cls_token":true}""", 1)]
    [InlineData("""{"pooling_mode_mean_tokens":false,"pooling_mode_cls_token":1}""", 2)]
    [InlineData("""{"pooling_mode_lasttoken":true}""", 3)]
    [InlineData("""{"pooling_mode":"lasttoken"}""", 3)]
    public void The_mode_is_that_of_the_pooling_module(string config, int expected)
    {
        _folder.Write("modules.json", Modules).Write("1_Pooling/config.json", config);

        Assert.Equal((PoolingType)expected, Pooling.Find(_folder.Files));
    }

    [Fact]
    public void A_model_without_modules_has_none()
    {
        Assert.Null(Pooling.Find(_folder.Files));
        _folder.Write("modules.json", """[{"type":"x.Transformer","path":""}]""");
        Assert.Null(Pooling.Find(_folder.Files));
    }

    [Theory]
    [InlineData(Modules, """{"pooling_mode":"max"}""")]
    [InlineData(Modules, null)]
    [InlineData("""{}""", null)]
    [InlineData("""[{"type":"x.Pooling"}]""", null)]
    [InlineData("""[{"type":"x.Pooling","path":"../../etc"}]""", null)]
    public void What_cannot_be_used_is_refused(string modules, string? config)
    {
        _folder.Write("modules.json", modules);
        if (config is not null)
        {
            _folder.Write("1_Pooling/config.json", config);
        }

        Assert.Throws<CheckpointException>(() => Pooling.Find(_folder.Files));
    }

    public void Dispose() => _folder.Dispose();
}
