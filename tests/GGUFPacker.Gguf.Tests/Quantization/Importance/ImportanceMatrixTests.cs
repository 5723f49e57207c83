using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Importance;
using GGUFPacker.Gguf.Tests.Format;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization.Importance;

[ReadsGoldens]
public sealed class ImportanceMatrixTests : IDisposable
{
    private static readonly Dictionary<string, (byte[] Bytes, string[] Words)> Faulty = new()
    {
        ["nothing"] = ([], ["its first bytes"]),
        ["no entries"] = (ImportanceFiles.Legacy(0), ["no data"]),
        ["a negative number of entries"] = (ImportanceFiles.Legacy(-1), ["no data"]),
        ["a text"] = ("This is a text."u8.ToArray(), ["no GGUF file", "entries", "limit"]),
        ["a name that is too long"] = ([1, 0, 0, 0, 255, 255, 255, 127, 0], ["entry 1 of 1", "2147483647 bytes", "limit"]),
        ["a name of negative length"] = ([1, 0, 0, 0, 255, 255, 255, 255, 0], ["entry 1 of 1", "-1 bytes"]),
        ["no values"] = (ImportanceFiles.Legacy(1, ("a", 1, [])), ["entry 1 of 1", "'a'", "0 values"]),
        ["a negative number of values"] = ([1, 0, 0, 0, 1, 0, 0, 0, 97, 1, 0, 0, 0, 255, 255, 255, 255], ["'a'", "-1 values"]),
        ["values beyond the end"] = (ImportanceFiles.Legacy(1, ("a", 1, [1, 2, 3]))[..24], ["ends inside entry 1 of 1", "3 values"]),
        ["a second entry beyond the end"] = (ImportanceFiles.Legacy(2, ("a", 1, [1])), ["entry 2 of 2"]),
        ["an infinite value"] = (ImportanceFiles.Legacy(1, ("a", 1, [1, float.PositiveInfinity])), ["weight 1 of 'a' is infinite"]),
        ["a value that is no number"] = (ImportanceFiles.Gguf(("a", [1, 2, float.NaN], [1])), ["weight 2 of 'a' is NaN"]),
        ["a sum that an expert's count makes infinite"] = (ImportanceFiles.Gguf(("a", [1, float.MinValue * 2], [1, 1])), ["weight 1 of 'a' is infinite"]),
        ["no counts"] = (ImportanceFiles.Gguf(("a", [1], [])), ["'a.counts' has 0 counts"]),
        ["more counts than there are experts"] = (ImportanceFiles.Gguf(("a", [1], new float[70_000])), ["'a.counts' has 70000 counts", "65536"]),
        ["a cut file"] = (ImportanceFiles.Gguf(("a", [1, 2, 3], [1]))[..^40], ["truncated"]),
    };

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Names => [.. Faulty.Keys];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_faulty_file_is_refused_with_a_clear_message(string name)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<GgufException>(() => Open(Faulty[name].Bytes).Dispose());

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 << 20);
        Assert.Contains(_directory["m"], error.Message, StringComparison.Ordinal);
        Assert.All(Faulty[name].Words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
        File.Delete(_directory["m"]); // no handle is left open (on Windows this would fail)
    }

    [Fact]
    public void Byte_order_makes_no_difference()
    {
        (string, float[], float[])[] entries = [("a", [1, 2, 3, 4], [2, 0]), ("b", [5, 6], [4])];
        Assert.Equal(AllOf(ImportanceFiles.Gguf(bigEndian: false, entries)), AllOf(ImportanceFiles.Gguf(bigEndian: true, entries)));
        Assert.Equal(["a 0.5 1 1 1", "b 1.25 1.5"], AllOf(ImportanceFiles.Gguf(bigEndian: true, entries)));
    }

    [Fact]
    public void Values_that_are_not_used_need_not_be_numbers()
    {
        var bytes = ImportanceFiles.Legacy(2, ("good", 1, [1]), ("bad", 1, [float.NaN]));
        Assert.Throws<GgufException>(() => Open(bytes));
        using var matrix = Open(bytes, new ImatrixOptions { Path = _directory["m"], ExcludedWeights = ["ba"] });
        Assert.Equal(["good"], matrix.Entries.Keys);
        Assert.Equal(2, matrix.TotalEntryCount);
    }

    [Fact]
    public void Reading_may_be_stopped() =>
        Assert.ThrowsAny<OperationCanceledException>(() => Open(ImportanceFiles.Legacy(1, ("a", 1, [1])), cancellationToken: new CancellationToken(canceled: true)));

    [Fact]
    public void Mutated_files_are_read_or_refused_and_nothing_else()
    {
        byte[][] seeds =
        [
            ImportanceFiles.Gguf(("blk.0.a", [1, 2, 3, 4], [2, 3]), ("b", [5], [6])),
            ImportanceFiles.Legacy(2, ("blk.0.a", 3, [1, 2, 3]), ("b", -1, [4])),
            ImportanceFiles.Gguf(bigEndian: true, ("blk.0.a", [1, 2, 3, 4], [2, 3]), ("b", [5], [6])),
        ];
        var random = new Random(20260731);
        var read = 0;
        const int count = 30_000;
        for (var i = 0; i < count; i++)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            var bytes = Mutation.Of(seeds[i % seeds.Length], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read += AllOf(bytes).Length >= 0 ? 1 : 0;
            }
            catch (GgufException)
            {
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 << 20);
        }

        Assert.InRange(read, count / 20, count - (count / 20)); // both outcomes occur, else the mutations say nothing
    }

    private string[] AllOf(byte[] bytes)
    {
        using var matrix = Open(bytes);
        return [.. matrix.Entries.Values.Select(entry =>
        {
            var weights = new float[entry.Count];
            matrix.Read(entry, 0, weights);
            return FormattableString.Invariant($"{entry.Name} {string.Join(' ', weights)}");
        })];
    }

    private ImportanceMatrix Open(byte[] bytes, ImatrixOptions? options = null, CancellationToken cancellationToken = default)
    {
        // A file that is emptied or replaced may wait for the disk.
        using (var file = new FileStream(_directory["m"], FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(bytes);
            file.SetLength(bytes.Length);
        }

        return ImportanceMatrix.Open(options ?? new ImatrixOptions { Path = _directory["m"] }, cancellationToken);
    }
}
