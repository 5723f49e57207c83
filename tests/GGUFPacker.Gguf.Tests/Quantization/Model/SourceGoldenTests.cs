using System.Security.Cryptography;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization.Model;

/// <summary>The inputs of the recorded command lines, made by recipes.</summary>
[ReadsGoldens("quant/files")]
public sealed class SourceGoldenTests(SourceFolder folder) : IClassFixture<SourceFolder>
{
    public static IEnumerable<ITheoryDataRow> Sources { get; } = GoldenRows.Of(FileGoldens.Sources());

    [Theory]
    [MemberData(nameof(Sources))]
    public void The_source_is_what_the_reference_used(string file)
    {
        var recipe = FileGoldens.Source(file);
        var bytes = File.ReadAllBytes(folder.PathOf(recipe.GetProperty("file").GetString()!));
        Assert.Equal(recipe.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }
}
