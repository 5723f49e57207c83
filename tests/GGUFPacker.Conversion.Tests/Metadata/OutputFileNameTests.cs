using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Metadata;

namespace GGUFPacker.Conversion.Tests.Metadata;

public sealed class OutputFileNameTests
{
    [Theory]
    [InlineData("m-{ftype}.gguf", "m-q8_0.gguf")]
    [InlineData("m-{OUTTYPE}.gguf", "m-Q8_0.gguf")]
    [InlineData("{outtype}{FTYPE}{}{0}", "q8_0Q8_0q8_0q8_0")]
    [InlineData("{{ftype}}", "{ftype}")]
    [InlineData("plain.gguf", "plain.gguf")]
    public void Placeholders_are_filled_in(string template, string expected) => Assert.Equal(expected, OutputFileName.Fill(template, "Q8_0"));

    [Theory]
    [InlineData("{x}")]
    [InlineData("{ftype")]
    [InlineData("ftype}")]
    [InlineData("{1}")]
    public void Unknown_placeholders_are_refused(string template) => Assert.Throws<CheckpointException>(() => OutputFileName.Fill(template, "F16"));

    [Fact]
    public void A_model_card_cannot_lead_out_of_the_directory()
    {
        var metadata = new ModelMetadata();
        metadata.Set(MetadataKeys.Basename, new MetadataValue.Text("../up"));
        metadata.Set(MetadataKeys.Finetune, new MetadataValue.Text("a/b\\c"));

        Assert.Equal("..-up-a-b-c-F16.gguf", OutputFileName.OfModel(metadata, "F16"));
    }
}
