namespace GGUFPacker.Gguf.Tests.Quantization.Model;

/// <summary>The options.</summary>
public sealed class OptionFileGoldenTests(SourceFolder folder) : FileGoldenTests(folder)
{
    public static IEnumerable<ITheoryDataRow> Cases { get; } = CasesOf(FileGoldenKind.Options);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task The_files_are_those_of_the_reference(string file, int index, string id) => CheckAsync(file, index, id);
}
