using System.Security.Cryptography;
using GGUFPacker.Testing;

namespace GGUFPacker.Product.Tests.Sample;

/// <summary>The sample's files have the bytes that llama.cpp writes.</summary>
public sealed class AustenFileTests(AustenFiles files) : IClassFixture<AustenFiles>
{
    public static IEnumerable<ITheoryDataRow> Files { get; } = GoldenRows.Of(AustenReference.Files);

    [Theory]
    [MemberData(nameof(Files))]
    public async Task The_file_is_that_of_the_reference(string name)
    {
        var bytes = await File.ReadAllBytesAsync(await files.MakeAsync(name, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        Assert.Equal(AustenReference.Of(name).GetProperty("bytes").GetInt64(), bytes.Length);
        Assert.Equal(AustenReference.Of(name).GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }
}
