using System.Collections.Immutable;
using System.Text;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Packerfile;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Tests.Graph;

public sealed class GraphBuilderTests
{
    [Fact]
    public void Nodes_that_do_the_same_have_the_same_digest_whatever_they_are_called()
    {
        var one = Build("FROM scratch AS a\nCOPY x /x\nQUANTIZE --type=q4_0 x y\n").Targets[0];
        var other = Build("# comment\nARG TYPE=Q4_0\nFROM scratch\ncopy   x   /x\nQUANTIZE --type=${TYPE} x y\n").Targets[0];
        Assert.Equal(one.Root.Digest, other.Root.Digest);
    }

    [Theory]
    [InlineData("FROM scratch\nCOPY x /x\n", "FROM scratch\nCOPY x /y\n")]
    [InlineData("FROM scratch\nCOPY x /x\n", "FROM scratch\nCOPY --chmod=600 x /x\n")]
    [InlineData("FROM scratch\nQUANTIZE x y\n", "FROM scratch\nQUANTIZE --pure x y\n")]
    [InlineData("FROM scratch\nQUANTIZE x y\n", "FROM scratch\nQUANTIZE --imatrix=i x y\n")]
    [InlineData("FROM scratch\nQUANTIZE --imatrix=i x y\n", "FROM scratch\nQUANTIZE --imatrix=j x y\n")]
    [InlineData("FROM scratch\nQUANTIZE --imatrix=i x y\n", "FROM scratch\nQUANTIZE --imatrix=i --imatrix-from=context x y\n")]
    [InlineData("FROM scratch\nQUANTIZE --imatrix=i --include-weights=a x y\n", "FROM scratch\nQUANTIZE --imatrix=i --exclude-weights=a x y\n")]
    [InlineData("FROM scratch\nQUANTIZE x y\n", "FROM scratch\nQUANTIZE --tensor-type=a=q8_0 x y\n")]
    [InlineData("FROM scratch\nQUANTIZE --tensor-type-file=a x y\n", "FROM scratch\nQUANTIZE --tensor-type-file=b x y\n")]
    [InlineData("FROM scratch\nQUANTIZE x y\n", "FROM scratch\nQUANTIZE --prune-layers=1 x y\n")]
    [InlineData("FROM scratch\nQUANTIZE x y\n", "FROM scratch\nQUANTIZE --override-kv=a=int:1 x y\n")]
    [InlineData("FROM scratch\nQUANTIZE x y\n", "FROM scratch\nQUANTIZE --keep-split x y\n")]
    [InlineData("FROM scratch\nQUANTIZE x y\n", "FROM scratch\nQUANTIZE --allow-requantize x y\n")]
    [InlineData("FROM scratch\nCONVERT x y\n", "FROM scratch\nCONVERT --type=bf16 x y\n")]
    [InlineData("FROM scratch\nCAT <<E y\n1\nE\n", "FROM scratch\nCAT <<E y\n2\nE\n")]
    public void Nodes_that_differ_in_anything_have_different_digests(string one, string other) =>
        Assert.NotEqual(Build(one).Targets[0].Root.Digest, Build(other).Targets[0].Root.Digest);

    [Fact]
    public void Labels_and_command_change_no_node()
    {
        var one = Build("FROM scratch\nCOPY x /x\nLABEL a=b\nCMD [\"-m\", \"x\"]\n").Targets[0];
        var other = Build("FROM scratch\nCOPY x /x\nLABEL a=c\nCMD [\"-m\", \"x\", \"-c\", \"9\"]\n").Targets[0];
        Assert.Equal(one.Root.Digest, other.Root.Digest);
        Assert.Equal("c", other.Labels["a"]);
    }

    [Fact]
    public void A_stage_on_a_stage_inherits_layers_labels_command_and_arguments()
    {
        var stage = Build("FROM scratch AS Base\nARG N=7\nCOPY x /x\nLABEL a=b\nCMD [\"-m\", \"x\"]\nFROM base\nLABEL n=$N\n").Targets[0];
        Assert.Single(stage.Layers);
        Assert.Equal(["-m", "x"], stage.Command!.Arguments);
        Assert.Equal(new KeyValuePair<string, string>[] { new("a", "b"), new("n", "7") }, stage.Labels);
        Assert.Equal(["ARG N=7", "COPY x /x # buildkit", "LABEL a=b", "CMD [\"-m\" \"x\"]", "LABEL n=7"], stage.History.Select(entry => entry.CreatedBy));
    }

    [Fact]
    public void Global_arguments_are_seen_in_every_stage_and_given_ones_win()
    {
        const string text = "ARG A=1\nARG B=${A}2\nFROM scratch AS one\nLABEL a=$A b=$B p=$TARGETARCH\nFROM scratch\nARG A=local\nLABEL a=$A\n";
        Assert.Equal("12", Build(text, target: "one").Targets[0].Labels["b"]);
        Assert.Equal("amd64", Build(text, target: "0").Targets[0].Labels["p"]);
        Assert.Equal("local", Build(text).Targets[0].Labels["a"]);
        Assert.Equal("given", Build(text, arguments: ("A", "given")).Targets[0].Labels["a"]);
    }

    [Fact]
    public void Only_the_stages_that_targets_need_are_looked_at()
    {
        Assert.Equal(0, Build("FROM scratch AS good\nFROM alpine AS bad\n", target: "good").Targets[0].Index);
        Assert.Contains("alpine", Fails("FROM scratch AS good\nFROM alpine AS bad\n", GraphDiagnosticCodes.ImageMissing), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FROM alpine\n", GraphDiagnosticCodes.ImageMissing, 1)]
    [InlineData("FROM scratch\nADD --keep-git-dir=true hf://team/x /x\n", GraphDiagnosticCodes.InvalidRequest, 2)]
    [InlineData("FROM scratch\nADD --keep-git-dir=false https://example.org/x.git?keep-git-dir /x\n", GraphDiagnosticCodes.InvalidRequest, 2)]
    [InlineData("FROM scratch\nADD https://example.org/x.git?revision=1 /x\n", GraphDiagnosticCodes.InvalidRequest, 2)]
    [InlineData("FROM scratch\nADD ftp://example.org/x /x\n", GraphDiagnosticCodes.InvalidRequest, 2)]
    [InlineData("FROM scratch\nCOPY user@host:path /x\n", GraphDiagnosticCodes.RemoteSource, 2)]
    [InlineData("FROM scratch\nCOPY --exclude=[a x /x\n", DiagnosticCodes.InvalidFlagValue, 2)]
    [InlineData("FROM scratch\nCOPY https://example.org/x /x\n", GraphDiagnosticCodes.RemoteSource, 2)]
    [InlineData("FROM scratch\nCOPY --chmod=u+y x /x\n", GraphDiagnosticCodes.InvalidMode, 2)]
    [InlineData("FROM scratch\nQUANTIZE --type=IQ2_XS a b\n", GraphDiagnosticCodes.ImatrixRequired, 2)]
    [InlineData("FROM scratch\nQUANTIZE --type=Q2_K_S --imatrix= a b\n", GraphDiagnosticCodes.ImatrixRequired, 2)]
    [InlineData("FROM scratch\nQUANTIZE --imatrix=i --imatrix-from=nowhere a b\n", GraphDiagnosticCodes.ImageMissing, 2)]
    [InlineData("FROM scratch\nQUANTIZE --output-tensor-type=q4_k_m a b\n", GraphDiagnosticCodes.UnknownType, 2)]
    [InlineData("FROM scratch\nQUANTIZE --tensor-type=attn_v a b\n", DiagnosticCodes.InvalidFlagValue, 2)]
    [InlineData("FROM scratch\nQUANTIZE --prune-layers=1,x a b\n", DiagnosticCodes.InvalidFlagValue, 2)]
    [InlineData("FROM scratch\nQUANTIZE --override-kv=a:b a b\n", DiagnosticCodes.InvalidFlagValue, 2)]
    [InlineData("FROM scratch\nQUANTIZE --type=Q9 a b\n", GraphDiagnosticCodes.UnknownType, 2)]
    [InlineData("FROM scratch\nQUANTIZE --type=Q4_0_4_4 a b\n", GraphDiagnosticCodes.UnknownType, 2)]
    [InlineData("FROM scratch\nCOPY --from=later x /x\nFROM scratch AS later\nFROM 0\n", GraphDiagnosticCodes.UnknownStage, 2)]
    [InlineData("FROM scratch\nCOPY --from=busybox x /x\n", GraphDiagnosticCodes.ImageMissing, 2)]
    [InlineData("FROM scratch\nCOPY --from=$X x /x\n", GraphDiagnosticCodes.UnknownStage, 2)]
    [InlineData("FROM scratch\nCOPY --from=1 x /x\n", GraphDiagnosticCodes.UnknownStage, 2)]
    [InlineData("FROM scratch AS a\nCOPY --from=a x /x\n", GraphDiagnosticCodes.UnknownStage, 2)]
    [InlineData("FROM --platform=a/b/c/d scratch\n", Packerfile.Diagnostics.DiagnosticCodes.InvalidFlagValue, 1)]
    [InlineData("FROM $NOTHING\n", Packerfile.Diagnostics.DiagnosticCodes.InvalidFrom, 1)]
    public void What_cannot_be_built_is_a_diagnostic_at_its_line(string text, string code, int line)
    {
        var error = Assert.Throws<BuildException>(() => Build(text));
        var diagnostic = Assert.Single(error.Diagnostics, IsError);
        Assert.Equal((code, line), (diagnostic.Code, diagnostic.Span.StartLine));
        Assert.Equal("File", diagnostic.Span.Path);
    }

    [Fact]
    public void All_errors_are_told_at_once() =>
        Assert.Equal(3, Assert.Throws<BuildException>(() => Build("FROM scratch\nQUANTIZE --type=Q9 a b\nCOPY --chmod=x x /x\nADD ftp://h/x /x\n")).Diagnostics.Count(IsError));

    [Fact]
    public void Weights_of_no_importance_matrix_are_a_warning_and_change_nothing()
    {
        var plain = Build("FROM scratch\nQUANTIZE a b\n");
        var graph = GraphBuilder.Build(Parse("FROM scratch\nQUANTIZE --include-weights=attn_v a b\n"), Request(null), out var warnings);
        Assert.Equal(DiagnosticCodes.FlagIgnored, Assert.Single(warnings).Code);
        Assert.Equal(plain.Targets[0].Root.Digest, graph.Targets[0].Root.Digest);
    }

    [Fact]
    public void A_type_of_few_bits_is_allowed_where_tensors_are_given_types_of_their_own() =>
        Assert.Single(Build("FROM scratch\nQUANTIZE --type=IQ2_XS --tensor-type=.=q4_0 a b\n").Targets[0].Layers);

    [Fact]
    public void Errors_of_the_language_and_of_the_build_are_told_together()
    {
        var error = Assert.Throws<BuildException>(() => Build("FROM scratch\nRUN x\nCOPY --chmod=x a b\nLABEL a=${A:?give A}\nCMD [\"-c\", \"1\"]\n"));
        Assert.Equal([2, 3, 4, 5], error.Diagnostics.Where(IsError).Select(diagnostic => diagnostic.Span.StartLine));
    }

    [Fact]
    public void Violated_rules_are_warnings_and_errors_where_the_file_says_so()
    {
        const string text = "FROM scratch AS Up\n";
        GraphBuilder.Build(Parse(text), Request(null), out var warnings);
        Assert.Equal("StageNameCasing", Assert.Single(warnings).Rule);
        GraphBuilder.Build(Parse("# check=skip=StageNameCasing\n" + text), Request(null), out warnings);
        Assert.Empty(warnings);
        GraphBuilder.Build(Parse(text), Request(null, ("BUILDKIT_GGUFPACKER_CHECK", "skip=all")), out warnings);
        Assert.Empty(warnings);
        Assert.Equal(2, Assert.Throws<BuildException>(() => Build("# check=error=true\n" + text)).Diagnostics.Length);
        Assert.Throws<BuildException>(() => GraphBuilder.Build(Parse(text), Request(null) with { Check = "error=true" }, out _));
        GraphBuilder.Build(Parse("# check=error=true\n" + text), Request(null) with { Check = "skip=StageNameCasing" }, out _);
    }

    [Fact]
    public void An_unknown_target_names_the_stages_there_are() =>
        Assert.Contains("one, 1", Fails("FROM scratch AS one\nFROM scratch\n", GraphDiagnosticCodes.UnknownTarget, target: "two"), StringComparison.Ordinal);

    [Fact]
    public void A_build_argument_that_nothing_declares_is_a_warning()
    {
        GraphBuilder.Build(Parse("FROM scratch\n"), Request(null, ("X", "1"), ("SOURCE_DATE_EPOCH", "0")), out var warnings);
        Assert.Equal(GraphDiagnosticCodes.UnusedBuildArgument, Assert.Single(warnings).Code);
    }

    [Fact]
    public void Every_code_has_its_page()
    {
        var codes = typeof(GraphDiagnosticCodes).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        Assert.All(codes, code => Assert.True(File.Exists(Path.Combine(Testing.Goldens.RepositoryRoot, "docs", "diagnostics", code + ".md")), code));
    }

    private static string Fails(string text, string code, string? target = null)
    {
        var diagnostic = Assert.Single(Assert.Throws<BuildException>(() => Build(text, target)).Diagnostics, IsError);
        Assert.Equal(code, diagnostic.Code);
        return diagnostic.Message;
    }

    private static bool IsError(Packerfile.Diagnostics.Diagnostic diagnostic) => diagnostic.Severity == Packerfile.Diagnostics.DiagnosticSeverity.Error;

    private static BuildGraph Build(string text, string? target = null, params (string Name, string Value)[] arguments) =>
        GraphBuilder.Build(Parse(text), Request(target, arguments), out _);

    private static PackerfileDocument Parse(string text) => PackerfileParser.Parse(Encoding.UTF8.GetBytes(text), "File");

    private static BuildRequest Request(string? target, params (string Name, string Value)[] arguments) => new()
    {
        PackerfilePath = "File",
        ContextDirectory = ".",
        Targets = target is null ? [] : [new BuildTarget { Stage = target }],
        BuildArguments = arguments.ToImmutableDictionary(argument => argument.Name, argument => argument.Value),
    };
}
