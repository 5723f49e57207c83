using System.Runtime.Intrinsics;
using System.Text.Json;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Importance;
using GGUFPacker.Gguf.Quantization.Model;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization.Model;

/// <summary>Whole files, written by the command lines that llama-quantize was given. Each class has some of the groups, and runs beside the others.</summary>
[ReadsGoldens("quant/files")]
public abstract class FileGoldenTests(SourceFolder folder) : IClassFixture<SourceFolder>
{
    // A rerun without vectors is about the kernels, and slow.
    private static int[] Threads { get; } = Vector128.IsHardwareAccelerated ? [1, 2, 7] : [2];

    /// <summary>The cases of the groups of a kind.</summary>
    private protected static IEnumerable<ITheoryDataRow> CasesOf(FileGoldenKind kind) =>
        GoldenRows.Of(FileGoldens.Cases().Where(item => FileGoldens.KindOf(item.File) == kind));

    /// <summary>Runs a case and compares its files with the reference's.</summary>
    private protected async Task CheckAsync(string file, int index, string id)
    {
        var group = FileGoldens.Group(file);
        Assert.Equal(id, group[index].GetProperty("id").GetString());
        try
        {
            await KeepInputsAsync(group, index);
            ForgetKept(group[index]);
            if (group[index].GetProperty("exit").GetInt32() == 0)
            {
                await SucceedAsync(group[index]);
            }
            else
            {
                await FailAsync(group[index]);
            }
        }
        finally
        {
            foreach (var output in folder.Outputs().ToArray())
            {
                File.Delete(folder.PathOf(output));
            }
        }
    }

    private static string[] Arguments(JsonElement item) => [.. item.GetProperty("args").EnumerateArray().Select(argument => argument.GetString()!)];

    private static ImportanceMatrix? Importance(QuantizeCommandLine commandLine) =>
        commandLine.Options.Imatrix is { } options ? ImportanceMatrix.Open(options, TestContext.Current.CancellationToken) : null;

    private async Task SucceedAsync(JsonElement item)
    {
        var commandLine = QuantizeCommandLine.Parse(Arguments(item), folder.Root);
        foreach (var threads in Threads)
        {
            await SucceedAsync(item, commandLine with { Threads = threads });
        }
    }

    private async Task SucceedAsync(JsonElement item, QuantizeCommandLine commandLine)
    {
        var result = await GgufQuantizer.RunAsync(commandLine, cancellationToken: TestContext.Current.CancellationToken);

        JsonElement[] files = commandLine.IsDryRun ? [] : [.. item.GetProperty("files").EnumerateArray()];
        var expected = files.ToDictionary(record => record.GetProperty("file").GetString()!, StringComparer.Ordinal);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), result.Paths.Select(path => Path.GetFileName(path)));
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), folder.Outputs());
        var log = item.GetProperty("log").EnumerateArray().Select(line => line.GetString()!).ToArray();
        Assert.Equal(log.Where(QuantizeLog.IsSummary), QuantizeLog.Summary(result.Plan, commandLine));
        using (var importance = Importance(commandLine))
        {
            Assert.Equal(log.Where(QuantizeLog.IsImatrix), QuantizeLog.Imatrix(importance, commandLine.Options.Imatrix?.RecordedPath));
        }

        Assert.Equal(commandLine.IsDryRun ? [] : log.Where(QuantizeLog.IsImportanceNote), commandLine.IsDryRun ? [] : QuantizeLog.ImportanceNotes(result.Plan));
        if (item.TryGetProperty("tensor_log", out var tensorLog))
        {
            Assert.Equal(tensorLog.EnumerateArray().Select(line => line.GetString()), QuantizeLog.Tensors(result.Plan));
        }

        foreach (var path in result.Paths)
        {
            // The reference keeps general.alignment and lays the file out with 32 all the same, which makes it unreadable; ours follows the key.
            var isAligned = (result.Plan.Metadata.GetInteger(GgufLayout.AlignmentKey) ?? 32) == 32;
            Assert.Empty(FileComparison.Differences(expected[Path.GetFileName(path)], path, folder.PathOf(commandLine.InputPath), compareLayout: isAligned));
        }
    }

    private async Task FailAsync(JsonElement item)
    {
        Exception? error = null;
        try
        {
            var commandLine = QuantizeCommandLine.Parse(Arguments(item), folder.Root);
            await GgufQuantizer.RunAsync(commandLine, cancellationToken: TestContext.Current.CancellationToken);
        }
        catch (Exception exception) when (exception is GgufException or FormatException or IOException)
        {
            error = exception;
        }

        Assert.True(error is not null, $"No error, but the reference says: {string.Join('\n', item.GetProperty("log").EnumerateArray())}");

        // The reference leaves a partial file in many cases; we leave none.
        Assert.Empty(folder.Outputs());
    }

    // A later case may have run first and kept what this one is to make.
    private void ForgetKept(JsonElement item)
    {
        if (item.TryGetProperty("keep", out _) && item.TryGetProperty("files", out var files))
        {
            var names = files.EnumerateArray().Select(record => record.GetProperty("file").GetString()!).ToArray();
            folder.Inputs.ExceptWith(names);
            Array.ForEach(names, name => File.Delete(folder.PathOf(name)));
        }
    }

    // Cases run in order in the reference; here each makes the kept outputs of earlier ones that it reads.
    private async Task KeepInputsAsync(JsonElement[] group, int index)
    {
        var files = Arguments(group[index]).Where(argument => argument.EndsWith(".gguf", StringComparison.Ordinal));
        foreach (var argument in files.Where(file => !File.Exists(folder.PathOf(file))))
        {
            for (var earlier = 0; earlier < index; earlier++)
            {
                if (group[earlier].TryGetProperty("keep", out _) && Arguments(group[earlier]).Contains(argument))
                {
                    await KeepInputsAsync(group, earlier);
                    await SucceedAsync(group[earlier]);
                    folder.Inputs.UnionWith(folder.Outputs().ToArray());
                    break;
                }
            }
        }
    }
}
