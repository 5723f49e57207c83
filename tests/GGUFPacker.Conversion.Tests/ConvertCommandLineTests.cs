using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tests;

public sealed class ConvertCommandLineTests
{
    [Fact]
    public void Options_come_by_their_own_names_in_any_order()
    {
        var line = ConvertCommandLine.Parse(
        [
            "--outtype", "q8_0", "dir", "--outfile=out-{ftype}.gguf", "--vocab-only", "--bigendian", "--model-name", "My Model", "--metadata", "m.json", "--no-lazy",
            "--split-max-tensors", "7", "--split-max-size", "2G", "--no-tensor-first-split", "--fuse-qkv", "--fuse-gate-up-exps", "--fp8-as-q8", "--dry-run", "--verbose",
            "--pre-tokenizer", "qwen2",
        ]);

        Assert.Equal("dir", line.ModelPath);
        Assert.Equal("out-{ftype}.gguf", line.OutputPath);
        Assert.True(line.IsDryRun);
        Assert.True(line.IsVerbose);
        Assert.Equal(
            new ConvertOptions
            {
                OutType = OutType.Q8_0,
                VocabularyOnly = true,
                BigEndian = true,
                ModelName = "My Model",
                MetadataPath = "m.json",
                SplitMaxTensors = 7,
                SplitMaxBytes = 2_000_000_000,
                NoTensorFirstSplit = true,
                FuseQkv = true,
                FuseGateUpExperts = true,
                Fp8AsQ8 = true,
                PreTokenizer = "qwen2",
            },
            line.Options);
    }

    [Fact]
    public void An_option_may_be_shortened_while_it_is_unique()
    {
        Assert.True(ConvertCommandLine.Parse(["x", "--vocab"]).Options.VocabularyOnly);
        Assert.Contains("--outfile or --outtype", Assert.Throws<CheckpointException>(() => ConvertCommandLine.Parse(["x", "--out", "y"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_two_dashes_everything_is_the_directory() => Assert.Equal("--vocab-only", ConvertCommandLine.Parse(["--", "--vocab-only"]).ModelPath);

    [Fact]
    public void A_second_path_is_the_output()
    {
        var line = ConvertCommandLine.Parse(["checkpoint", "--vocab-only", "model.gguf"]);

        Assert.Equal(("checkpoint", "model.gguf"), (line.ModelPath, line.OutputPath));
    }

    [Theory]
    [InlineData(ConversionKind.Model, "x")]
    [InlineData(ConversionKind.Model, "x", "--class=model")]
    [InlineData(ConversionKind.Projector, "x", "--mmproj")]
    [InlineData(ConversionKind.Projector, "x", "--class", "mmproj")]
    [InlineData(ConversionKind.Adapter, "x", "--class", "lora", "--base", "y")]
    [InlineData(ConversionKind.Adapter, "x", "--class=adapter", "--base=y")]
    public void The_class_tells_what_is_converted(ConversionKind kind, params string[] arguments) =>
        Assert.Equal(kind, ConvertCommandLine.Parse(arguments).Options.Kind);

    [Fact]
    public void An_adapter_is_float32_unless_told_otherwise_and_knows_its_base()
    {
        var line = ConvertCommandLine.Parse(["adapter", "--class", "lora", "--base", "base"]);

        Assert.Equal((OutType.F32, "base"), (line.Options.OutType, line.BasePath));
        Assert.Equal(OutType.F16, ConvertCommandLine.Parse(["adapter", "--class", "lora", "--base", "base", "--outtype", "f16"]).Options.OutType);
    }

    [Fact]
    public void The_target_of_a_drafter_is_its_base_and_counts_for_models_alone()
    {
        Assert.Equal("target", ConvertCommandLine.Parse(["drafter", "--target-model-dir", "target"]).BasePath);
        Assert.Equal("base", ConvertCommandLine.Parse(["x", "--class", "lora", "--base", "base", "--target-model-dir", "target"]).BasePath);
        Assert.Null(ConvertCommandLine.Parse(["x", "--mmproj", "--target-model-dir", "target"]).BasePath);
    }

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("60K", 60_000L)]
    [InlineData("3M", 3_000_000L)]
    [InlineData("100000", 100_000L)]
    public void Sizes_are_decimal(string text, long expected) =>
        Assert.Equal(expected, ConvertCommandLine.Parse(["x", "--split-max-size", text]).Options.SplitMaxBytes);

    [Theory]
    [InlineData("needs a value", "x", "--outtype")]
    [InlineData("needs a value", "x", "--outfile", "--vocab-only")]
    [InlineData("takes no value", "x", "--vocab-only=1")]
    [InlineData("must be f32", "x", "--outtype", "F16")]
    [InlineData("is unknown", "x", "--frob")]
    [InlineData("is unknown", "x", "-o")]
    [InlineData("too many", "x", "y", "z")]
    [InlineData("is missing", "--vocab-only")]
    [InlineData("--split-max-size must", "x", "--split-max-size", "5X")]
    [InlineData("--split-max-size must", "x", "--split-max-size=-5K")]
    [InlineData("--split-max-size must", "x", "--split-max-size", "-5")]
    [InlineData("--split-max-size must", "x", "--split-max-size", "K")]
    [InlineData("--split-max-size must", "x", "--split-max-size", "9999999999G")]
    [InlineData("--split-max-tensors must", "x", "--split-max-tensors", "-1")]
    [InlineData("cannot be used when splitting", "x", "--use-temp-file", "--split-max-tensors", "2")]
    [InlineData("cannot be used when splitting", "x", "--use-temp-file", "--split-max-size", "1G")]
    [InlineData("--class must", "x", "--class", "frob")]
    [InlineData("needs --base", "x", "--class", "lora")]
    [InlineData("only for --class lora", "x", "--base", "y")]
    public void What_is_wrong_is_refused(string message, params string[] arguments) =>
        Assert.Contains(message, Assert.Throws<CheckpointException>(() => ConvertCommandLine.Parse(arguments)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("--remote")]
    public void What_is_not_there_yet_says_so(string option) =>
        Assert.Contains(option, Assert.Throws<CheckpointException>(() => ConvertCommandLine.Parse(["x", option])).UnsupportedFeature, StringComparison.Ordinal);
}
