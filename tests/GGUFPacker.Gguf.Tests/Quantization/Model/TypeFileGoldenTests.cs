namespace GGUFPacker.Gguf.Tests.Quantization.Model;

/// <summary>Models in every file type.</summary>
public sealed class TypeFileGoldenTests(SourceFolder folder) : FileGoldenTests(folder)
{
    public static IEnumerable<ITheoryDataRow> Cases { get; } = CasesOf(FileGoldenKind.Types);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task The_files_are_those_of_the_reference(string file, int index, string id) => CheckAsync(file, index, id);
}
