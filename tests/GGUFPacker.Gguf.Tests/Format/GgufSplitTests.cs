using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Format;

public sealed class GgufSplitTests
{
    private static readonly GgufMetadata Metadata = new GgufMetadata.Builder().Set("general.architecture", GgufValue.Of("llama")).Build();

    public static TheoryData<int, long, bool, string> Plans => new()
    {
        { 0, 0, false, "5" },
        { 2, 0, false, "2 2 1" },
        { 5, 0, false, "5" },
        { 0, 0, true, "0 5" },
        { 2, 0, true, "0 2 2 1" },
        { 0, 200, false, "2 2 1" },
        { 0, 199, false, "1 1 2 1" },
        { 0, 1, false, "1 1 1 1 1" },
        { 1, 1000, false, "1 1 1 1 1" },
    };

    [Theory]
    [MemberData(nameof(Plans))]
    public async Task A_model_is_split_by_the_plan_and_opens_as_one(int maxTensors, long maxBytes, bool firstWithoutTensors, string expected)
    {
        using var folder = new TemporaryFolder();
        var model = Model();
        var plan = GgufSplitPlan.Create(model.Tensors, maxTensors, maxBytes, firstWithoutTensors);
        var paths = await GgufModelWriter.WriteSplitAsync(model, plan, folder["m"], cancellationToken: TestContext.Current.CancellationToken);

        using var file = GgufFile.Open(paths[0]);

        Assert.Equal(expected, string.Join(' ', file.Parts.Select(part => part.Header.Tensors.Length)));
        Assert.Equal(paths, file.Parts.Select(part => part.FilePath));
        Assert.Equal(paths.Select(path => Path.GetFileName(path)), folder.Names);
        Assert.Equal(GgufRoundTripTests.Describe(Metadata), GgufRoundTripTests.Describe(file.Metadata));
        Assert.Equal(model.Tensors.Select(tensor => tensor.Name), file.Tensors.Select(tensor => tensor.Name));
        for (var i = 0; i < model.Tensors.Length; i++)
        {
            var (mine, theirs) = (new byte[model.Tensors[i].ByteLength], new byte[model.Tensors[i].ByteLength]);
            model.ReadRows(i, 0, mine);
            file.ReadRows(i, 0, theirs);
            Assert.Equal(mine, theirs);
        }

        if (plan.Count > 1)
        {
            Assert.Equal($"m-00002-of-{plan.Count:D5}.gguf", Path.GetFileName(paths[1]));
            using var part = GgufFile.OpenPart(paths[1]);
            Assert.Equal([$"split.no = UInt16 1", $"split.count = UInt16 {plan.Count}", "split.tensors.count = Int32 5"],
                GgufRoundTripTests.Describe(part.Metadata));
            Assert.Equal("general.architecture split.no split.count split.tensors.count", string.Join(' ', file.Header.Metadata.Select(entry => entry.Key)));
        }
    }

    [Fact]
    public async Task Parts_that_do_not_belong_together_are_refused()
    {
        using var folder = new TemporaryFolder();
        var paths = await GgufModelWriter.WriteSplitAsync(Model(), GgufSplitPlan.Create(Model().Tensors, 2), folder["m"],
            cancellationToken: TestContext.Current.CancellationToken);

        Refuses(paths[1], "open the first part", paths[0]);
        File.Copy(paths[1], folder["second.gguf"]);
        Refuses(folder["second.gguf"], "name must end");
        File.Copy(paths[0], paths[2], overwrite: true);
        Refuses(paths[0], paths[2], "part 3 of 3");
        File.Delete(paths[2]);
        Refuses(paths[0], "1 are missing", paths[2]);
        File.Delete(paths[1]);
        Refuses(paths[0], "2 are missing", paths[1], paths[2]);
        GgufFile.OpenPart(paths[0]).Dispose();

        static void Refuses(string path, params string[] words)
        {
            var error = Assert.Throws<GgufException>(() => GgufFile.Open(path).Dispose());
            Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_tensor_in_two_parts_and_a_wrong_total_are_refused()
    {
        using var folder = new TemporaryFolder();
        await Write(0, 3, MemoryModel.Random(1, "a", TensorType.F32, 1));
        await Write(1, 3, MemoryModel.Random(1, "b", TensorType.F32, 1));
        Refuses("split.tensors.count says 3");
        await Write(1, 3, MemoryModel.Random(1, "a", TensorType.F32, 1));
        Refuses("'a' is also in an earlier part");

        void Refuses(string words)
        {
            var error = Assert.Throws<GgufException>(() => GgufFile.Open(folder["m-00001-of-00002.gguf"]).Dispose());
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
        }

        Task Write(int number, int total, (TensorInfo, byte[]) tensor)
        {
            var metadata = new GgufMetadata.Builder().Set("split.no", GgufValue.Of((ushort)number)).Set("split.count", GgufValue.Of((ushort)2))
                .Set("split.tensors.count", GgufValue.Of(total));
            return GgufModelWriter.WriteFileAsync(new MemoryModel(metadata.Build(), tensor), folder[$"m-0000{number + 1}-of-00002.gguf"]);
        }
    }

    [Fact]
    public void A_plan_can_be_given_by_counts()
    {
        var plan = GgufSplitPlan.OfCounts([2, 0, 3]);
        using var model = Model();
        Assert.Equal([2, 0, 3], Enumerable.Range(0, plan.Count).Select(index => plan.Part(model, index).Tensors.Length));
        Assert.Throws<ArgumentException>(() => GgufSplitPlan.OfCounts([2]).Part(model, 0));
    }

    private static MemoryModel Model() => new(Metadata, Enumerable.Range(0, 5).Select(i => MemoryModel.Random(i, $"t{i}", TensorType.F32, i < 3 ? 25 : 20)));
}
