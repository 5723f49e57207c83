using System.Diagnostics;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Format;

[ReadsGoldens]
public sealed class GgufModelWriterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_bytes_do_not_depend_on_the_threads_or_their_pace()
    {
        var random = new Random(1);
        var tensors = GgufRoundTripTests.EveryTensorType().ToArray();
        using var expected = new MemoryStream();
        await GgufModelWriter.WriteAsync(new MemoryModel(GgufMetadata.Empty, tensors), expected, new() { Threads = 1 }, cancellationToken: Token);
        foreach (var threads in new[] { 2, 3, 16 })
        {
            var model = new MemoryModel(GgufMetadata.Empty, tensors) { Reading = (index, row) => Thread.Sleep(((index * 7) + (int)row) % 3) };
            using var actual = new MemoryStream();
            await GgufModelWriter.WriteAsync(model, actual, new() { Threads = threads }, cancellationToken: Token);
            Assert.True(expected.GetBuffer().AsSpan(0, (int)expected.Length).SequenceEqual(actual.GetBuffer().AsSpan(0, (int)actual.Length)));
        }
    }

    [Fact]
    public async Task The_file_is_what_its_layout_said()
    {
        var model = new MemoryModel(GgufRoundTripTests.AllValueTypes, GgufRoundTripTests.EveryTensorType());
        var layout = GgufLayout.Create(model.Metadata, model.Tensors);
        using var stream = new MemoryStream();
        await GgufModelWriter.WriteAsync(model, stream, cancellationToken: Token);

        Assert.Equal(layout.TotalBytes, stream.Length);
        stream.Position = 0;
        var header = GgufHeader.Read(stream, "memory");
        Assert.Equal(layout.DataOffset, header.DataOffset);
        Assert.Equal(layout.TensorOffsets, header.TensorOffsets);
        Assert.Equal(layout.Header.Length, header.Length);
    }

    [Fact]
    public async Task Progress_ends_at_the_total()
    {
        var reports = new List<GgufWriteProgress>();
        var model = new MemoryModel(GgufMetadata.Empty, GgufRoundTripTests.EveryTensorType());
        await GgufModelWriter.WriteAsync(model, Stream.Null, progress: new Immediate(reports.Add), cancellationToken: Token);

        Assert.Equal(reports[^1].TotalBytes, reports[^1].BytesDone);
        Assert.Equal("deep", reports[^1].TensorName);
        Assert.Equal((model.Tensors.Length, model.Tensors.Length), (reports[^1].TensorNumber, reports[^1].TensorCount));
        Assert.Equal((0, ""), (reports[0].TensorNumber, reports[0].Describe()));
        Assert.Equal(reports.Select(report => report.BytesDone).Order(), reports.Select(report => report.BytesDone));
    }

    [Fact]
    public async Task An_error_names_the_tensor_and_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        var model = new MemoryModel(GgufMetadata.Empty, GgufRoundTripTests.EveryTensorType()) { Reading = (index, _) => Fail(index == 5) };

        var error = await Assert.ThrowsAsync<GgufException>(() => GgufModelWriter.WriteFileAsync(model, folder["m.gguf"], cancellationToken: Token));

        Assert.Contains($"'{model.Tensors[5].Name}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("no luck", error.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Names);

        static void Fail(bool now)
        {
            if (now)
            {
                throw new TaskCanceledException("no luck");
            }
        }
    }

    [Fact]
    public async Task A_failing_output_ends_the_writing()
    {
        var model = new MemoryModel(GgufMetadata.Empty, GgufRoundTripTests.EveryTensorType());
        await Assert.ThrowsAsync<NotSupportedException>(() => GgufModelWriter.WriteAsync(model, new MemoryStream(new byte[10_000]), cancellationToken: Token));
    }

    [Fact]
    public async Task Cancelling_starts_no_further_read_and_leaves_the_old_file()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["m.gguf"], "old", Token);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var readAfter = 0;
        var model = new MemoryModel(GgufMetadata.Empty, MemoryModel.Random(1, "t", TensorType.F32, 64, 100_000))
        {
            Reading = (_, row) =>
            {
                if (cancel.IsCancellationRequested)
                {
                    Interlocked.Increment(ref readAfter);
                }
                else if (row > 0)
                {
                    cancel.Cancel();
                }
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => GgufModelWriter.WriteFileAsync(model, folder["m.gguf"], new() { Threads = 3 }, cancellationToken: cancel.Token));

        Assert.InRange(readAfter, 0, 2); // what the two other threads had begun
        Assert.Equal(["m.gguf"], folder.Names);
        Assert.Equal("old", await File.ReadAllTextAsync(folder["m.gguf"], Token));
    }

    [Fact]
    public async Task Of_several_failures_the_first_in_the_file_counts_and_nothing_after_them_is_read()
    {
        using var folder = new TemporaryFolder();
        using var later = new ManualResetEventSlim();
        var read = new System.Collections.Concurrent.ConcurrentBag<long>();
        var model = new MemoryModel(GgufMetadata.Empty, MemoryModel.Random(1, "t", TensorType.I8, 1 << 20, 64))
        {
            // Chunks of two rows; that of row 4 fails only after that of row 6, which another thread reads.
            Reading = (_, row) =>
            {
                read.Add(row);
                if (row is 4 or 5)
                {
                    later.Wait(Token);
                    throw new InvalidOperationException("earlier");
                }

                if (row is 6 or 7)
                {
                    later.Set();
                    throw new InvalidOperationException("later");
                }
            },
        };

        var error = await Assert.ThrowsAsync<GgufException>(() => GgufModelWriter.WriteFileAsync(model, folder["m.gguf"], new() { Threads = 2 }, cancellationToken: Token));

        Assert.Equal("earlier", error.InnerException?.Message);
        Assert.InRange(read.Max(), 6, 7);
        Assert.Empty(folder.Names);
    }

    [Fact]
    public async Task Progress_of_a_file_grows_up_to_its_size()
    {
        using var folder = new TemporaryFolder();
        var reports = new List<GgufWriteProgress>();
        var model = new MemoryModel(GgufMetadata.Empty, MemoryModel.Random(1, "a", TensorType.I8, 1 << 20, 16), MemoryModel.Random(2, "b", TensorType.I8, 1 << 20, 16));

        await GgufModelWriter.WriteFileAsync(model, folder["m.gguf"], new() { Threads = 3 }, new Immediate(reports.Add), Token);

        Assert.Equal(new FileInfo(folder["m.gguf"]).Length, reports[^1].BytesDone);
        Assert.Equal(reports[^1].TotalBytes, reports[^1].BytesDone);
        Assert.Equal(reports.Select(report => report.BytesDone).Order(), reports.Select(report => report.BytesDone));
        Assert.Equal(reports.Select(report => report.TensorNumber).Order(), reports.Select(report => report.TensorNumber));
        Assert.Equal(("b", 2), (reports[^1].TensorName, reports[^1].TensorNumber));
    }

    [Fact]
    public async Task Readers_wait_for_a_slow_output()
    {
        // 64 chunks of 2 MiB; the output takes one at a time, so no more than a ring (2 threads: 5) may be read ahead.
        var read = 0L;
        var tensor = MemoryModel.Random(1, "t", TensorType.I8, 1 << 20, 128);
        var model = new MemoryModel(GgufMetadata.Empty, tensor) { Reading = (_, row) => InterlockedMax(ref read, row) };
        using var output = new Gate();
        var writing = GgufModelWriter.WriteAsync(model, output, new() { Threads = 2 }, cancellationToken: Token);
        while (Interlocked.Read(ref read) == 0)
        {
            await Task.Delay(10, Token);
        }

        await Task.Delay(200, Token);
        Assert.InRange(Interlocked.Read(ref read), 1, 9);
        output.Open.SetResult();
        await writing;
        Assert.Equal(127, read);

        static void InterlockedMax(ref long target, long value)
        {
            for (var current = Interlocked.Read(ref target); value > current;)
            {
                current = Interlocked.CompareExchange(ref target, value, current);
            }
        }
    }

    [Fact]
    public void A_model_that_has_no_layout_is_refused()
    {
        var tensor = new TensorInfo("t", TensorType.F32, [1]);
        Refuses(GgufMetadata.Empty, [tensor, tensor], "'t' is there twice");
        Refuses(GgufMetadata.Empty, [new TensorInfo("t", TensorType.Q4_K, [255])], "'t'");
        Refuses(new GgufMetadata.Builder().Set("general.alignment", GgufValue.Of(48u)).Build(), [], "general.alignment");

        static void Refuses(GgufMetadata metadata, TensorInfo[] tensors, string words) =>
            Assert.Contains(words, Assert.Throws<GgufException>(() => GgufLayout.Create(metadata, [.. tensors])).Message, StringComparison.Ordinal);
    }

    private sealed class Immediate(Action<GgufWriteProgress> report) : IProgress<GgufWriteProgress>
    {
        public void Report(GgufWriteProgress value) => report(value);
    }

    private sealed class Gate : MemoryStream
    {
        public TaskCompletionSource Open { get; } = new();

        private long Written { get; set; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Written += buffer.Length;
            if (Written > buffer.Length) // the header passes
            {
                await Open.Task.WaitAsync(cancellationToken);
            }
        }
    }
}
