using System.Collections.Immutable;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Variables;
using GGUFPacker.Testing;

namespace GGUFPacker.Packerfile.Tests;

[ReadsGoldens]
public sealed class PackerfileTextTests
{
    private static readonly string[] Pieces =
    [
        "a", "Z", "0", " ", "  ", "\t", "'", "\"", "\\", "\\\\", "$", "${X}", "$X", "${", "}", "[", "]", "{", "<<", "<<EOF", "#", "--", "-", "=", ":", ",", "`",
        "/", "ö", "日本", "😀", "\u00A0", "\u3000", "EOF", "%", "!", "~", "*", "?", "&", "|", ";", "(", ")", "x=y", "\\n", "{% if a %}", "\u0001",
    ];

    // None of these may show up in a value.
    private static readonly ImmutableDictionary<string, string> Variables = ImmutableDictionary<string, string>.Empty.Add("X", "EXPANDED").Add("$", "PID");

    [Fact]
    public void Generated_instructions_have_the_values_they_were_given()
    {
        var random = new Random(20240917);
        for (var i = 0; i < 3000; i++)
        {
            var (a, b, c) = (Text(random), Text(random), Text(random));
            var text = PackerfileText.Comment("made by a test\nof $X \\") + PackerfileText.From("scratch", "s")
                + PackerfileText.Arg("V", a)
                + PackerfileText.Label(b.Replace("=", "", StringComparison.Ordinal) + "k", a)
                + PackerfileText.Instruction("COPY", Flags(("from", "s"), ("exclude", a), ("chown", b), ("link", null)), [a, b, c])
                + PackerfileText.Instruction("ADD", Flags(), [c, a])
                + PackerfileText.Instruction("CONVERT", Flags(("type", "auto"), ("base", c), ("model-name", a)), [b, c])
                + PackerfileText.Instruction("QUANTIZE", Flags(("from", b), ("imatrix", a)), [a, b])
                + PackerfileText.Cat(a + "\n" + b, c)
                + PackerfileText.Cmd(["-m", a, b, c]);

            var document = PackerfileParser.Parse(System.Text.Encoding.UTF8.GetBytes(text), "f");

            Assert.Empty(document.Diagnostics);
            var expander = new WordExpander(document.Escape);
            var expanded = document.Stages.Single().Instructions.Select(x => x.Expand(expander, Variables)).ToArray();
            Assert.Equal(new ArgumentDefinition("V", a), Assert.IsType<ArgInstruction>(expanded[0]).Arguments.Single());
            var label = new LabelDefinition(b.Replace("=", "", StringComparison.Ordinal) + "k", a);
            Assert.Equal(label, Assert.IsType<LabelInstruction>(expanded[1]).Labels.Single());
            var copy = Assert.IsType<CopyInstruction>(expanded[2]);
            Assert.Equal([a, b], copy.Sources);
            Assert.Equal((c, "s", b, true), (copy.Destination, copy.From, copy.Owner, copy.Link));
            Assert.Equal([a], copy.Exclude);
            Assert.Empty(copy.Heredocs);
            var add = Assert.IsType<AddInstruction>(expanded[3]);
            Assert.Equal((c, a), (add.Sources.Single(), add.Destination));
            var convert = Assert.IsType<ConvertInstruction>(expanded[4]);
            Assert.Equal((b, c, "AUTO", c, a), (convert.Source, convert.Destination, convert.Type, convert.Base, convert.ModelName));
            var quantize = Assert.IsType<QuantizeInstruction>(expanded[5]);
            Assert.Equal((a, b, b, a), (quantize.Source, quantize.Destination, quantize.From, quantize.Imatrix));
            var cat = Assert.IsType<CatInstruction>(expanded[6]);
            Assert.Equal((a + "\n" + b + "\n", c), (cat.Heredocs.Single().Data, cat.Destination));
            Assert.Equal(["-m", a, b, c], Assert.IsType<CmdInstruction>(expanded[7]).Arguments);
        }
    }

    [Fact]
    public void Long_values_are_wrapped_and_come_back_whole()
    {
        var value = string.Concat(Enumerable.Range(0, 40000).Select(i => i % 7 == 0 ? " # " : i % 5 == 0 ? "ß\\" : "x'$Y\""));
        var text = PackerfileText.From("scratch") + PackerfileText.Label("k", value) + PackerfileText.Cmd(["-m", value]) + PackerfileText.Cat(value, "a b");

        Assert.True(text.Split('\n').Max(l => System.Text.Encoding.UTF8.GetByteCount(l)) <= PackerfileLimits.LineLength);
        var document = PackerfileParser.Parse(System.Text.Encoding.UTF8.GetBytes(text), "f");
        Assert.Empty(document.Diagnostics);
        var expanded = document.Stages.Single().Instructions.Select(x => x.Expand(new('\\'), Variables)).ToArray();
        Assert.Equal(value, ((LabelInstruction)expanded[0]).Labels.Single().Value);
        Assert.Equal(value, ((CmdInstruction)expanded[1]).Arguments[1]);
        Assert.Equal(value + "\n", ((CatInstruction)expanded[2]).Heredocs.Single().Data);
    }

    [Fact]
    public void Plain_paths_stay_words()
    {
        Assert.Equal("COPY --from=a b.gguf /c/\n", PackerfileText.Instruction("COPY", Flags(("from", "a")), ["b.gguf", "/c/"]));
        Assert.Equal("COPY [\"b c.gguf\", \"/c/\"]\n", PackerfileText.Instruction("COPY", Flags(), ["b c.gguf", "/c/"]));
        Assert.Equal("CMD [\"-m\", \"ö.gguf\"]\n", PackerfileText.Cmd(["-m", "ö.gguf"]));
        Assert.Equal("CAT <<'EOF' a.txt\nhi\nEOF\n", PackerfileText.Cat("hi", "a.txt"));
    }

    [Fact]
    public void Values_that_cannot_be_written_are_refused()
    {
        Assert.Throws<ArgumentException>(() => PackerfileText.Label("a", "two\nlines"));
        Assert.Throws<ArgumentException>(() => PackerfileText.Label("a=b", "c"));
        Assert.Throws<ArgumentException>(() => PackerfileText.Arg("a b", "c"));
        Assert.Throws<ArgumentException>(() => PackerfileText.From("a b"));
        Assert.Throws<ArgumentException>(() => PackerfileText.Cmd([new string('\\', 40000)]));
    }

    private static string Text(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => Pieces[random.Next(Pieces.Length)]));

    private static IEnumerable<KeyValuePair<string, string?>> Flags(params (string Name, string? Value)[] flags) =>
        flags.Select(f => KeyValuePair.Create(f.Name, f.Value));
}
