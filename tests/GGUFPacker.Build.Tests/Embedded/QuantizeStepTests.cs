using System.Collections.Immutable;
using System.Text;
using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Oci.Store;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>QUANTIZE with everything that it takes from files: importance matrices, tensor types, split models.</summary>
public sealed class QuantizeStepTests : IDisposable
{
    private const string Query = "blk.0.attn_q.weight";
    private const string Down = "blk.1.ffn_down.weight";

    private readonly TemporaryDirectory _context = new();
    private readonly TemporaryDirectory _storeDirectory = new();
    private readonly ContentStore _store;

    public QuantizeStepTests()
    {
        _store = ContentStore.Open(_storeDirectory.Path);
        using var model = Model();
        GgufModelWriter.WriteFileAsync(model, PathOf("m.gguf")).GetAwaiter().GetResult();
        GgufModelWriter.WriteSplitAsync(model, GgufSplitPlan.Create(model.Tensors, maxTensors: 2), PathOf("s")).GetAwaiter().GetResult();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _store.Dispose();
        _storeDirectory.Dispose();
        _context.Dispose();
    }

    [Fact]
    public async Task An_importance_matrix_of_another_stage_is_used_and_is_no_part_of_the_image()
    {
        WriteImatrix("sub/my.imatrix", 1, (Query, 256));

        var result = await Build("FROM scratch\nQUANTIZE --from=context --imatrix=/sub/../sub/my.imatrix --imatrix-from=context --type=Q8_0 m.gguf q.gguf\n");

        using var file = Open(result, "/q.gguf");
        Assert.Equal("sub/my.imatrix", file.Metadata.GetString("quantize.imatrix.file"));
        Assert.Equal(1, file.Metadata.GetInteger("quantize.imatrix.entries_count"));
        var note = Assert.Single(result.Diagnostics);
        Assert.Equal((GraphDiagnosticCodes.StepNote, DiagnosticSeverity.Information, 2), (note.Code, note.Severity, note.Span.StartLine));
        Assert.Contains(Down, note.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_matrix_is_in_the_current_stage_if_nothing_else_is_said()
    {
        WriteImatrix("my.imatrix", 1, (Query, 256), (Down, 256));

        var result = await Build("FROM scratch\nCOPY my.imatrix /in/\nQUANTIZE --from=context --imatrix=in/my.imatrix --exclude-weights=down --type=Q8_0 m.gguf q.gguf\n");

        using var file = Open(result, "/q.gguf");
        Assert.Equal("in/my.imatrix", file.Metadata.GetString("quantize.imatrix.file"));
        Assert.Equal(1, file.Metadata.GetInteger("quantize.imatrix.entries_count"));
    }

    [Fact]
    public async Task A_step_is_run_again_when_the_matrix_or_the_file_of_types_changes_and_not_otherwise()
    {
        const string text = "FROM scratch AS in\nCOPY t.txt /\nFROM in\nQUANTIZE --from=context --imatrix=my.imatrix --imatrix-from=context --tensor-type-file=t.txt --type=Q4_0 m.gguf q.gguf\n";
        WriteImatrix("my.imatrix", 1, (Query, 256), (Down, 256));
        _context.Write("t.txt", "attn_q=q8_0\n");
        await Build(text);
        Assert.Equal(0, (await Build(text)).StepsRun);

        WriteImatrix("my.imatrix", 2, (Query, 256), (Down, 256));
        Assert.Equal(1, (await Build(text)).StepsRun);

        _context.Write("t.txt", "attn_q=q5_0 ffn_down=q5_1\n");
        var changed = await Build(text);
        Assert.Equal(2, changed.StepsRun); // COPY and QUANTIZE
        using var file = Open(changed, "/q.gguf");
        Assert.Equal([TensorType.Q5_0, TensorType.Q5_1], file.Tensors.Where(tensor => tensor.Name is Query or Down).Select(tensor => tensor.Type));
    }

    [Theory]
    [InlineData("QUANTIZE --from=context --imatrix=no.imatrix m.gguf q.gguf", "The importance matrix 'no.imatrix' does not exist in the stage")]
    [InlineData("QUANTIZE --from=context --imatrix=m.gguf --imatrix-from=context m.gguf q.gguf", "lacks the keys of an importance matrix")]
    [InlineData("QUANTIZE --from=context --imatrix=wrong.imatrix --imatrix-from=context m.gguf q.gguf", "needs 256 weights")]
    [InlineData("QUANTIZE --from=context --type=IQ2_XS --imatrix=part.imatrix --imatrix-from=context m.gguf q.gguf", "has no weights for the tensor 'blk.1.ffn_down.weight'")]
    [InlineData("QUANTIZE --from=context --tensor-type-file=no.txt m.gguf q.gguf", "The file of tensor types 'no.txt' does not exist")]
    [InlineData("QUANTIZE --from=context --tensor-type=nothing=q8_0 --type=IQ2_XS m.gguf q.gguf", "requires an importance matrix")]
    [InlineData("QUANTIZE --from=context s-00002-of-00003.gguf q.gguf", "name the first part, 's-00001-of-00003.gguf'")]
    [InlineData("QUANTIZE --from=context t-00001-of-00003.gguf q.gguf", "t-00002-of-00003.gguf, t-00003-of-00003.gguf")]
    [InlineData("QUANTIZE --from=context --allow-requantize=false --type=Q8_0 q4.gguf q.gguf", "--allow-requantize")]
    public async Task What_cannot_be_done_is_an_error_at_its_line(string instruction, string words)
    {
        WriteImatrix("wrong.imatrix", 1, (Query, 32));
        WriteImatrix("part.imatrix", 1, (Query, 256));
        File.Copy(PathOf("s-00001-of-00003.gguf"), PathOf("t-00001-of-00003.gguf"));
        await GgufQuantizeAsync("q4.gguf", "Q4_0");

        var error = await Assert.ThrowsAsync<BuildException>(() => Build($"FROM scratch\n{instruction}\n"));

        var diagnostic = Assert.Single(error.Diagnostics);
        Assert.Equal((GraphDiagnosticCodes.StepFailed, 2), (diagnostic.Code, diagnostic.Span.StartLine));
        Assert.Contains(words, diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_split_model_becomes_one_file()
    {
        var split = await Build("FROM scratch\nQUANTIZE --from=context --type=Q4_0 s-00001-of-00003.gguf q.gguf\n");
        var whole = await Build("FROM scratch\nQUANTIZE --from=context --type=Q4_0 m.gguf q.gguf\n");

        Assert.Equal(Assert.Single(whole.Images[0].Files).Digest, Assert.Single(split.Images[0].Files).Digest);
    }

    [Fact]
    public async Task A_split_model_stays_split_where_that_is_asked_for_and_a_command_may_name_it()
    {
        const string text = "FROM scratch\nQUANTIZE --from=context --type=Q4_0 --keep-split s-00001-of-00003.gguf /app/q.gguf\nCMD [\"-m\", \"app/q-00001-of-00003.gguf\"]\n";

        var result = await Build(text);

        Assert.Equal(
            ["/app/q-00001-of-00003.gguf", "/app/q-00002-of-00003.gguf", "/app/q-00003-of-00003.gguf"],
            result.Images[0].Files.Select(file => file.Path));
        using var file = GgufFile.OpenParts([.. result.Images[0].Files.Select(part => part.StorePath)]);
        Assert.Equal(Model().Tensors.Length, file.Tensors.Length);
        Assert.Equal(TensorType.Q4_0, file.Tensors.Single(tensor => tensor.Name == Query).Type);
        Assert.Equal(0, (await Build(text)).StepsRun);
    }

    [Fact]
    public async Task Layers_are_left_out_and_keys_are_set()
    {
        var result = await Build("ARG NAME=small\nFROM scratch\nQUANTIZE --from=context --type=Q8_0 --prune-layers=0 --override-kv=general.name=str:$NAME m.gguf q.gguf\n");

        using var file = Open(result, "/q.gguf");
        Assert.DoesNotContain(Query, file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal("small", file.Metadata.GetString("general.name"));
        Assert.Equal(1, file.Metadata.GetInteger("llama.block_count"));
    }

    private static MemoryModel Model()
    {
        var metadata = new GgufMetadata.Builder()
            .Set("general.architecture", GgufValue.Of("llama"))
            .Set("general.name", GgufValue.Of("two"))
            .Set("general.file_type", GgufValue.Of(0u))
            .Set("llama.block_count", GgufValue.Of(2u))
            .Set("llama.context_length", GgufValue.Of(64u))
            .Set("llama.embedding_length", GgufValue.Of(256u))
            .Set("llama.feed_forward_length", GgufValue.Of(256u))
            .Set("llama.attention.head_count", GgufValue.Of(2u))
            .Set("llama.attention.layer_norm_rms_epsilon", GgufValue.Of(1e-5f))
            .Build();
        return new MemoryModel(
            metadata, Floats(1, "token_embd.weight", 256, 8), Floats(2, "output_norm.weight", 256), Floats(3, Query, 256, 8), Floats(4, "blk.0.attn_norm.weight", 256), Floats(5, Down, 256, 8));
    }

    private static (TensorInfo Info, byte[] Data) Floats(int seed, string name, params long[] shape)
    {
        var random = new Random(seed);
        var info = new TensorInfo(name, TensorType.F32, [.. shape]);
        return (info, [.. Enumerable.Range(0, (int)info.ElementCount).SelectMany(_ => BitConverter.GetBytes(random.NextSingle()))]);
    }

    private static GgufFile Open(BuildResult result, string path) => GgufFile.Open(result.Images[0].Files.Single(file => file.Path == path).StorePath);

    private string PathOf(string name) => Path.Combine(_context.Path, name);

    private void WriteImatrix(string name, int seed, params IEnumerable<(string Tensor, int Weights)> entries)
    {
        var metadata = new GgufMetadata.Builder()
            .Set("imatrix.datasets", GgufValue.OfStrings(["text"]))
            .Set("imatrix.chunk_count", GgufValue.Of(1u))
            .Set("imatrix.chunk_size", GgufValue.Of(512u))
            .Build();
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        using var model = new MemoryModel(
            metadata, entries.SelectMany(entry => new[] { Floats(seed, $"{entry.Tensor}.in_sum2", entry.Weights, 1), Floats(seed, $"{entry.Tensor}.counts", 1, 1) }));
        GgufModelWriter.WriteFileAsync(model, PathOf(name), cancellationToken: Token).GetAwaiter().GetResult();
    }

    private Task GgufQuantizeAsync(string name, string type) => Gguf.Quantization.Model.GgufQuantizer.RunAsync(
        Gguf.Quantization.Model.QuantizeCommandLine.Parse(["m.gguf", name, type], _context.Path), cancellationToken: Token);

    private Task<BuildResult> Build(string text)
    {
        var path = Path.Combine(_storeDirectory.Path, "GGUFPackerfile");
        File.WriteAllText(path, text, new UTF8Encoding(false));
        var request = new BuildRequest { PackerfilePath = path, ContextDirectory = _context.Path, Targets = [new BuildTarget()] };
        return new EmbeddedBuildEngine(_store).BuildAsync(request, null, Token);
    }
}
