using GGUFPacker.Testing;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace GGUFPacker.Tasks.Tests.Generation;

public sealed class GenerateGGUFPackerfileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingBuildEngine _engine = new();

    public GenerateGGUFPackerfileTests()
    {
        Directory.CreateDirectory(_directory["austen"]);
        _directory.Write("tiny.gguf", "");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_directory_with_quantize_types_becomes_a_conversion_that_each_type_starts_from()
    {
        var task = Task(quantizeTypes: [Item("Q8_0"), Item("q4_k_m")], arguments: [Item("--ctx-size", ("Value", "512")), Item("--flash-attn")]);

        Assert.True(task.Execute());
        Assert.Equal(
            """
            FROM scratch AS convert
            CONVERT --from=model --type=auto . /Austen.gguf

            FROM scratch AS q8_0
            QUANTIZE --from=convert --type=Q8_0 /Austen.gguf /Austen.Q8_0.gguf
            CMD ["-m", "Austen.Q8_0.gguf", "--ctx-size", "512", "--flash-attn"]

            FROM scratch AS q4_k_m
            QUANTIZE --from=convert --type=Q4_K_M /Austen.gguf /Austen.Q4_K_M.gguf
            CMD ["-m", "Austen.Q4_K_M.gguf", "--ctx-size", "512", "--flash-attn"]

            """,
            Instructions(task));
        Assert.Equal(["austen:Q8_0", "austen:Q4_K_M"], task.Targets.Select(target => target.ItemSpec));
        Assert.Equal(["q8_0", "q4_k_m"], task.Targets.Select(target => target.GetMetadata("Stage")));
        var context = Assert.Single(task.NamedContexts);
        Assert.Equal(("model", _directory["austen"]), (context.GetMetadata("Name"), context.ItemSpec));
    }

    [Theory]
    [InlineData("hf://team/tiny-model@v1", "tiny-model")]
    [InlineData("https://huggingface.co/team/tiny-model.git#v1", "tiny-model")]
    public void A_repository_elsewhere_is_added_by_a_stage_of_its_own(string include, string name)
    {
        var task = Task(model: Item(include), quantizeTypes: [Item("Q8_0")]);

        Assert.True(task.Execute());
        Assert.Equal(
            $"""
            FROM scratch AS model
            ADD {include} {name}

            FROM scratch AS convert
            CONVERT --from=model --type=auto {name} /Austen.gguf

            FROM scratch AS q8_0
            QUANTIZE --from=convert --type=Q8_0 /Austen.gguf /Austen.Q8_0.gguf
            CMD ["-m", "Austen.Q8_0.gguf"]

            """,
            Instructions(task));
        Assert.Empty(task.NamedContexts);
    }

    [Fact]
    public void A_gguf_file_elsewhere_is_added_by_a_stage_of_its_own()
    {
        var task = Task(model: Item("hf://team/tiny/tiny.F16.gguf"), quantizeTypes: [Item("Q8_0")]);

        Assert.True(task.Execute());
        Assert.Contains("ADD hf://team/tiny/tiny.F16.gguf tiny.F16.gguf\n", Instructions(task), StringComparison.Ordinal);
        Assert.Contains("QUANTIZE --from=model --type=Q8_0 tiny.F16.gguf /Austen.Q8_0.gguf\n", Instructions(task), StringComparison.Ordinal);
    }

    [Fact]
    public void A_gguf_file_is_quantized_without_conversion()
    {
        var task = Task(model: Item(_directory["tiny.gguf"], ("Name", "Tiny")), quantizeTypes: [Item("Q4_0", ("Pure", "true"), ("OutputTensorType", "Q6_K"))]);

        Assert.True(task.Execute());
        Assert.Equal(
            """
            FROM scratch AS q4_0
            QUANTIZE --from=model --type=Q4_0 --pure --output-tensor-type=Q6_K tiny.gguf /Tiny.Q4_0.gguf
            CMD ["-m", "Tiny.Q4_0.gguf"]

            """,
            Instructions(task));
        Assert.Equal(_directory.FullName, Assert.Single(task.NamedContexts).ItemSpec);
    }

    [Fact]
    public void Every_flag_of_QUANTIZE_is_a_metadata_of_the_type_or_of_the_model()
    {
        Directory.CreateDirectory(_directory["calibration"]);
        var imatrix = _directory.Write(Path.Combine("calibration", "my matrix.gguf"), "");
        _directory.Write("types.txt", "Attn_K=Q8_0\nblk\\.0\\.=f16");
        var model = Item(_directory["austen"], ("Imatrix", imatrix), ("Pure", "true"), ("KeepSplit", "false"));
        var task = Task(model, quantizeTypes:
        [
            Item("IQ2_XS", ("IncludeWeights", "ffn_down; attn_v"), ("Pure", "false"), ("TokenEmbeddingType", "Q6_K"), ("AllowRequantize", "true")),
            Item("Q4_K_M", ("TensorTypes", "attn_v=q6_k;ffn_.*=q5_k"), ("TensorTypeFile", "types.txt"), ("PruneLayers", "3;4"), ("OverrideKv", "a=int:1;b=str:x $y")),
        ]);

        Assert.True(task.Execute());
        Assert.Equal(
            """
            FROM scratch AS convert
            CONVERT --from=model --type=auto . /Austen.gguf

            FROM scratch AS iq2_xs
            QUANTIZE --from=convert --type=IQ2_XS --allow-requantize --token-embedding-type=Q6_K --include-weights=ffn_down --include-weights=attn_v --imatrix="my matrix.gguf" --imatrix-from=imatrix /Austen.gguf /Austen.IQ2_XS.gguf
            CMD ["-m", "Austen.IQ2_XS.gguf"]

            FROM scratch AS q4_k_m
            QUANTIZE --from=convert --type=Q4_K_M --pure --tensor-type=attn_v=q6_k --tensor-type=ffn_.*=q5_k --override-kv=a=int:1 --override-kv="b=str:x \\$y" --prune-layers=3,4 --imatrix="my matrix.gguf" --imatrix-from=imatrix --tensor-type=attn_k=q8_0 --tensor-type=blk\\.0\\.=f16 /Austen.gguf /Austen.Q4_K_M.gguf
            CMD ["-m", "Austen.Q4_K_M.gguf"]

            """,
            Instructions(task));
        Assert.Equal(
            ["imatrix " + _directory["calibration"], "model " + _directory["austen"]],
            task.NamedContexts.Select(context => $"{context.GetMetadata("Name")} {context.ItemSpec}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_split_model_that_stays_split_is_started_by_its_first_file()
    {
        _directory.Write("m-00001-of-00003.gguf", "");
        var task = Task(Item(_directory["m-00001-of-00003.gguf"]), quantizeTypes: [Item("Q4_0", ("KeepSplit", "true"))]);

        Assert.True(task.Execute());
        Assert.Equal(
            """
            FROM scratch AS q4_0
            QUANTIZE --from=model --type=Q4_0 --keep-split m-00001-of-00003.gguf /Austen.Q4_0.gguf
            CMD ["-m", "Austen.Q4_0-00001-of-00003.gguf"]

            """,
            Instructions(task));
    }

    [Fact]
    public void A_split_model_without_quantize_types_is_copied_whole()
    {
        _directory.Write("m-00001-of-00002.gguf", "");
        var task = Task(Item(_directory["m-00001-of-00002.gguf"]));

        Assert.True(task.Execute());
        Assert.Equal(
            "FROM scratch AS gguf\nCOPY --from=model m-00001-of-00002.gguf m-00002-of-00002.gguf /\nCMD [\"-m\", \"m-00001-of-00002.gguf\"]\n",
            Instructions(task));
    }

    [Theory]
    [InlineData("IQ2_XS", "", "", "GGUF0212")]
    [InlineData("Q2_K_S", "", "", "GGUF0212")]
    [InlineData("Q4_K_M", "no.imatrix", "", "GGUF0615")]
    [InlineData("Q4_K_M", "", "no.txt", "GGUF0615")]
    [InlineData("Q4_K_M", "", "tiny.gguf", null)]
    public void A_type_that_cannot_be_built_is_an_error_at_the_items_line(string type, string imatrix, string types, string? code)
    {
        var task = Task(quantizeTypes: [Item("Q8_0"), Item(type, ("Imatrix", imatrix), ("TensorTypeFile", types))]);
        _directory.Write("Austen.ggufproj", $"<Project>\n  <ItemGroup>\n    <GGUFQuantizeType Include=\"Q8_0\" />\n    <GGUFQuantizeType Include=\"{type}\" />\n  </ItemGroup>\n</Project>");

        Assert.Equal(code is null, task.Execute());
        if (code is not null)
        {
            var error = Assert.Single(_engine.Errors);
            Assert.Equal((code, task.ProjectFile, 4), (error.Code, error.File, error.LineNumber));
        }
    }

    [Fact]
    public void A_gguf_file_without_quantize_types_is_copied()
    {
        var task = Task(model: Item(_directory["tiny.gguf"]));

        Assert.True(task.Execute());
        Assert.Equal("FROM scratch AS gguf\nCOPY --from=model tiny.gguf /Austen.gguf\nCMD [\"-m\", \"Austen.gguf\"]\n", Instructions(task));
        Assert.Equal("austen:latest", Assert.Single(task.Targets).ItemSpec);
    }

    [Fact]
    public void A_directory_without_quantize_types_is_converted_to_the_type_that_its_name_and_tag_tell()
    {
        var task = Task(model: Item(_directory["austen"], ("Type", "bf16"), ("PreTokenizer", "llama-bpe")));

        Assert.True(task.Execute());
        Assert.Equal(
            """
            FROM scratch AS bf16
            CONVERT --from=model --type=BF16 --pre-tokenizer=llama-bpe . /Austen.BF16.gguf
            CMD ["-m", "Austen.BF16.gguf"]

            """,
            Instructions(task));
        Assert.Equal("austen:BF16", Assert.Single(task.Targets).ItemSpec);
    }

    [Fact]
    public void Labels_and_names_are_quoted_where_they_must_be_and_the_last_label_of_a_key_wins()
    {
        var task = Task(model: Item(_directory["austen"], ("Name", "Miss $A")), labels:
        [
            Item("a", ("Value", "old")),
            Item("b", ("Value", "http://x:1/")),
            Item("a", ("Value", "say \"$5\" \\ ü")),
        ]);

        Assert.True(task.Execute());
        Assert.Equal(
            """
            FROM scratch AS gguf
            LABEL a="say \"\$5\" \\ ü"
            LABEL b="http://x:1/"
            CONVERT --from=model --type=auto [".", "/Miss \\$A.gguf"]
            CMD ["-m", "Miss \\$A.gguf"]

            """,
            Instructions(task));
    }

    [Fact]
    public void A_model_argument_of_the_project_takes_the_place_of_the_generated_one()
    {
        var task = Task(quantizeTypes: [Item("Q8_0")], arguments: [Item("--model", ("Value", "Austen.Q8_0.gguf"))]);

        Assert.True(task.Execute());
        Assert.Contains("CMD [\"--model\", \"Austen.Q8_0.gguf\"]", Instructions(task), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Austen", "", "austen:Q8_0")]
    [InlineData("team/My Model", "", "team/my-model:Q8_0")]
    [InlineData("austen", "1.0", "austen:1.0-Q8_0")]
    [InlineData("austen", "1.0;latest", "austen:1.0-Q8_0 austen:latest-Q8_0")]
    public void Each_image_is_tagged_with_its_type_behind_the_projects_tags(string repository, string tags, string references)
    {
        var task = Task(quantizeTypes: [Item("Q8_0")]);
        task.Repository = repository;
        task.ImageTags = tags.Split(';', StringSplitOptions.RemoveEmptyEntries);

        Assert.True(task.Execute());
        Assert.Equal(references, Assert.Single(task.Targets).GetMetadata("References"));
    }

    [Fact]
    public void A_packerfile_of_the_project_is_left_alone_and_built_by_the_types_names()
    {
        var own = _directory.Write("GGUFPackerfile", "FROM scratch");
        var task = Task(quantizeTypes: [Item("Q8_0")]);
        (task.CustomPackerfile, task.PackerfilePath) = ("GGUFPackerfile", own);

        Assert.True(task.Execute());
        Assert.Equal("FROM scratch", File.ReadAllText(own));
        Assert.Equal("q8_0", Assert.Single(task.Targets).GetMetadata("Stage"));
    }

    [Fact]
    public void A_packerfile_of_the_project_without_types_is_built_to_its_last_stage()
    {
        var task = Task();
        (task.CustomPackerfile, task.PackerfilePath) = ("GGUFPackerfile", _directory.Write("GGUFPackerfile", "FROM scratch"));

        Assert.True(task.Execute());
        var target = Assert.Single(task.Targets);
        Assert.Equal(("", "austen:latest"), (target.GetMetadata("Stage"), target.ItemSpec));
    }

    [Fact]
    public void An_unchanged_file_is_not_written_again()
    {
        var task = Task();
        Assert.True(task.Execute());
        var written = DateTime.UtcNow.AddDays(-1);
        File.SetLastWriteTimeUtc(task.PackerfilePath, written);

        Assert.True(task.Execute());
        Assert.Equal(written, File.GetLastWriteTimeUtc(task.PackerfilePath));
    }

    [Fact]
    public void A_model_that_is_not_there_is_an_error_at_its_line()
    {
        var project = _directory.Write("Austen.ggufproj", "<Project>\n  <ItemGroup>\n    <GGUFModel Include=\"nowhere\" />\n  </ItemGroup>\n</Project>");
        var task = Task(model: Item(_directory["nowhere"]));
        task.ProjectFile = project;
        task.Models[0].ItemSpec = "nowhere";

        Assert.False(task.Execute());
        var error = Assert.Single(_engine.Errors);
        Assert.Equal(("GGUF0612", project, 3, 5), (error.Code, error.File, error.LineNumber, error.ColumnNumber));
    }

    [Theory]
    [InlineData("...", "")]
    [InlineData("austen", "not a tag")]
    public void A_name_that_is_no_reference_is_an_error(string repository, string tag)
    {
        var task = Task(quantizeTypes: [Item("Q8_0")]);
        task.Repository = repository;
        task.ImageTags = tag.Length == 0 ? [] : [tag];

        Assert.False(task.Execute());
        Assert.Equal("GGUF0613", Assert.Single(_engine.Errors).Code);
    }

    [Theory]
    [InlineData(0, "GGUF0610")]
    [InlineData(2, "GGUF0611")]
    public void No_model_and_several_models_are_errors(int count, string code)
    {
        var task = Task();
        task.Models = [.. Enumerable.Range(0, count).Select(_ => Item(_directory["austen"]))];

        Assert.False(task.Execute());
        Assert.Equal(code, Assert.Single(_engine.Errors).Code);
    }

    private GenerateGGUFPackerfile Task(
        ITaskItem? model = null,
        ITaskItem[]? quantizeTypes = null,
        ITaskItem[]? arguments = null,
        ITaskItem[]? labels = null) => new()
        {
            BuildEngine = _engine,
            ProjectFile = _directory["Austen.ggufproj"],
            Models = [model ?? Item(_directory["austen"])],
            QuantizeTypes = quantizeTypes ?? [],
            CommandArguments = arguments ?? [],
            Labels = labels ?? [],
            Repository = "Austen",
            PackerfilePath = _directory["obj", "GGUFPackerfile"],
        };

    private static ITaskItem Item(string include, params (string Name, string Value)[] metadata) =>
        new TaskItem(include, metadata.ToDictionary(pair => pair.Name, pair => pair.Value));

    private static string Instructions(GenerateGGUFPackerfile task)
    {
        var text = File.ReadAllText(task.PackerfilePath);
        return text[text.IndexOf("FROM", StringComparison.Ordinal)..];
    }
}
