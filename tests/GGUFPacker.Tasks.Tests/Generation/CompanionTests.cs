using GGUFPacker.Testing;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace GGUFPacker.Tasks.Tests.Generation;

/// <summary>Adapters, projectors and drafters: what of a project's GGUFPackerfile they become.</summary>
public sealed class CompanionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingBuildEngine _engine = new();

    public CompanionTests()
    {
        Directory.CreateDirectory(_directory["austen"]);
        Directory.CreateDirectory(_directory["my lora"]);
        Directory.CreateDirectory(_directory["small"]);
        _directory.Write("tiny.gguf", "");
        _directory.Write("style.gguf", "");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Directories_are_converted_once_and_put_beside_each_type()
    {
        var task = Task();
        task.QuantizeTypes = [Item("Q8_0"), Item("Q4_0")];
        task.Adapters = [Item(_directory["my lora"], ("Type", "f16"), ("Name", "style")), Item(_directory["small"], ("Base", "austen"), ("Scale", "0.5"))];
        task.Projectors = [Item(_directory["austen"])];
        task.Drafters = [Item(_directory["small"], ("Name", "draft"), ("QuantizeType", "q4_0"))];

        Assert.True(task.Execute());
        const string Files = """
            QUANTIZE --from=drafter-gguf --type=Q4_0 /draft.gguf /draft.Q4_0.gguf
            COPY --from=projector-gguf /mmproj-Austen.gguf /mmproj-Austen.gguf
            COPY --from=adapter-gguf /style.gguf /style.gguf
            COPY --from=adapter2-gguf /small.gguf /small.gguf
            """;
        const string Words = "\"-md\", \"draft.Q4_0.gguf\", \"--spec-type\", \"draft-simple\", \"--mmproj\", \"mmproj-Austen.gguf\", \"--lora\", \"style.gguf\", \"--lora-scaled\", \"small.gguf:0.5\", \"--flash-attn\"";
        Assert.Equal(
            $"""
            FROM scratch AS convert
            CONVERT --from=model --type=auto . /Austen.gguf

            FROM scratch AS drafter-gguf
            COPY --from=model . /austen/
            CONVERT --from=drafter --base=austen --type=auto . /draft.gguf

            FROM scratch AS projector-gguf
            CONVERT --from=projector --class=mmproj --type=auto . /mmproj-Austen.gguf

            FROM scratch AS adapter-gguf
            COPY --from=model . /austen/
            CONVERT --from=adapter --class=lora --base=austen --type=F16 . /style.gguf

            FROM scratch AS adapter2-gguf
            COPY --from=base2 . /austen/
            CONVERT --from=adapter2 --class=lora --base=austen --type=auto . /small.gguf

            FROM scratch AS q8_0
            QUANTIZE --from=convert --type=Q8_0 /Austen.gguf /Austen.Q8_0.gguf
            {Files}
            CMD ["-m", "Austen.Q8_0.gguf", {Words}]

            FROM scratch AS q4_0
            QUANTIZE --from=convert --type=Q4_0 /Austen.gguf /Austen.Q4_0.gguf
            {Files}
            CMD ["-m", "Austen.Q4_0.gguf", {Words}]

            """,
            Instructions(task));
        Assert.Equal(
            ["adapter my lora", "adapter2 small", "base2 austen", "drafter small", "model austen", "projector austen"],
            task.NamedContexts.Select(context => $"{context.GetMetadata("Name")} {Path.GetFileName(context.ItemSpec)}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Files_and_repositories_elsewhere_are_taken_as_a_model_is()
    {
        var task = Task(Item("hf://team/tiny@v1"));
        task.Adapters = [Item(_directory["style.gguf"]), Item("hf://team/tiny-lora@v2"), Item("hf://team/loras/x.gguf", ("Name", "third")), Item("hf://team/other-lora@v1", ("Base", "hf://team/other@v1"))];
        task.Projectors = [Item("https://example.org/mmproj.gguf", ("Name", "Vision"))];

        Assert.True(task.Execute());
        Assert.Equal(
            """
            FROM scratch AS model
            ADD hf://team/tiny@v1 tiny

            FROM scratch AS projector
            ADD https://example.org/mmproj.gguf mmproj.gguf

            FROM scratch AS adapter2
            ADD hf://team/tiny-lora@v2 tiny-lora

            FROM scratch AS adapter2-gguf
            COPY --from=model tiny /tiny/
            CONVERT --from=adapter2 --class=lora --base=tiny --type=auto tiny-lora /tiny-lora.gguf

            FROM scratch AS adapter3
            ADD hf://team/loras/x.gguf x.gguf

            FROM scratch AS adapter4
            ADD hf://team/other-lora@v1 other-lora

            FROM scratch AS base4
            ADD hf://team/other@v1 other

            FROM scratch AS adapter4-gguf
            COPY --from=base4 other /other/
            CONVERT --from=adapter4 --class=lora --base=other --type=auto other-lora /other-lora.gguf

            FROM scratch AS gguf
            CONVERT --from=model --type=auto tiny /Austen.gguf
            COPY --from=projector mmproj.gguf /mmproj-Vision.gguf
            COPY --from=adapter style.gguf /style.gguf
            COPY --from=adapter2-gguf /tiny-lora.gguf /tiny-lora.gguf
            COPY --from=adapter3 x.gguf /third.gguf
            COPY --from=adapter4-gguf /other-lora.gguf /other-lora.gguf
            CMD ["-m", "Austen.gguf", "--mmproj", "mmproj-Vision.gguf", "--lora", "style.gguf", "--lora", "tiny-lora.gguf", "--lora", "third.gguf", "--lora", "other-lora.gguf", "--flash-attn"]

            """,
            Instructions(task));
        Assert.Equal("adapter", Assert.Single(task.NamedContexts).GetMetadata("Name"));
    }

    [Fact]
    public void A_split_file_keeps_the_names_of_its_parts()
    {
        _directory.Write("d-00001-of-00002.gguf", "");
        var task = Task();
        task.Drafters = [Item(_directory["d-00001-of-00002.gguf"])];

        Assert.True(task.Execute());
        Assert.EndsWith(
            "COPY --from=drafter d-00001-of-00002.gguf d-00002-of-00002.gguf /\nCMD [\"-m\", \"Austen.gguf\", \"-md\", \"d-00001-of-00002.gguf\", \"--spec-type\", \"draft-simple\", \"--flash-attn\"]\n", Instructions(task), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"architectures":["LlamaForCausalLM"]}""", "draft-simple")]
    [InlineData("""{"architectures":["LlamaForCausalLM"],"draft_vocab_size":32000}""", "draft-eagle3")]
    [InlineData("""{"architectures":["LlamaForCausalLMEagle3"]}""", "draft-eagle3")]
    [InlineData("""{"architectures":["DFlashDraftModel"]}""", "draft-dflash")]
    [InlineData("""{"architectures":["Qwen3DSparkModel"],"draft_vocab_size":32000}""", "draft-dspark")]
    [InlineData("""{"architectures":["Gemma4AssistantForCausalLM"]}""", "draft-mtp")]
    [InlineData("""{"architectures":""", "draft-simple")]
    public void A_drafter_is_started_as_what_it_is_made_for(string config, string type)
    {
        _directory.Write("small/config.json", config);
        var task = Task();
        task.Drafters = [Item(_directory["small"])];

        Assert.True(task.Execute());
        Assert.EndsWith($"CMD [\"-m\", \"Austen.gguf\", \"-md\", \"small.gguf\", \"--spec-type\", \"{type}\", \"--flash-attn\"]\n", Instructions(task), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_project_says_of_drafting_holds()
    {
        var task = Task();
        task.Drafters = [Item(_directory["small"], ("SpecType", "draft-eagle3"))];
        Assert.True(task.Execute());
        Assert.Contains("\"--spec-type\", \"draft-eagle3\"", Instructions(task), StringComparison.Ordinal);

        task.CommandArguments = [Item("--spec-type", ("Value", "draft-mtp"))];
        Assert.True(task.Execute());
        Assert.EndsWith("CMD [\"-m\", \"Austen.gguf\", \"-md\", \"small.gguf\", \"--spec-type\", \"draft-mtp\"]\n", Instructions(task), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no such directory", "GGUF0612")]
    [InlineData("no such base", "GGUF0612")]
    [InlineData("no base", "GGUF0616")]
    [InlineData("two projectors", "GGUF0611")]
    [InlineData("two drafters", "GGUF0611")]
    [InlineData("same names", "GGUF0620")]
    [InlineData("the model's name", "GGUF0620")]
    public void What_cannot_be_is_an_error_at_the_items_line(string fault, string code)
    {
        var lora = Item(_directory["my lora"]);
        var task = Task();
        switch (fault)
        {
            case "no such directory": task.Projectors = [Item(_directory["gone"])]; break;
            case "no such base": task.Adapters = [Item(_directory["my lora"], ("Base", "gone"))]; break;
            case "no base": (task.Models, task.Adapters) = ([Item(_directory["tiny.gguf"])], [lora]); break;
            case "two projectors": task.Projectors = [Item(_directory["austen"]), Item(_directory["small"])]; break;
            case "two drafters": task.Drafters = [Item(_directory["my lora"]), Item(_directory["small"])]; break;
            case "same names": task.Adapters = [lora, Item(_directory["small"], ("Name", "my lora"))]; break;
            default: task.Drafters = [Item(_directory["small"], ("Name", "AUSTEN"))]; break;
        }

        _directory.Write("Austen.ggufproj", "<Project>\n  <ItemGroup>\n    " + string.Join("\n    ", task.Adapters.Select(item => $"<GGUFAdapter Include=\"{item.ItemSpec}\" />")) + "\n  </ItemGroup>\n</Project>");
        Assert.False(task.Execute());
        var error = Assert.Single(_engine.Errors);
        Assert.Equal((code, task.ProjectFile), (error.Code, error.File));
        Assert.Equal(task.Adapters.Length == 0 ? 0 : 2 + task.Adapters.Length, error.LineNumber);
    }

    private GenerateGGUFPackerfile Task(ITaskItem? model = null) => new()
    {
        BuildEngine = _engine,
        ProjectFile = _directory["Austen.ggufproj"],
        Models = [model ?? Item(_directory["austen"])],
        CommandArguments = [Item("--flash-attn")],
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
