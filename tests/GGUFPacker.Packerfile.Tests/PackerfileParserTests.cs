using System.Text;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Variables;
using GGUFPacker.Testing;

namespace GGUFPacker.Packerfile.Tests;

[ReadsGoldens]
public sealed class PackerfileParserTests
{
    [Fact]
    public void Stages_hold_the_instructions_behind_their_FROM()
    {
        var document = Parse(
            """
            ARG TYPE=Q4_K_M
            FROM scratch AS Base
            ADD hf /hf
            convert --type=auto /hf /m.gguf

            FROM base
            QUANTIZE --from=base --type=${TYPE} /m.gguf /q.gguf
            CMD ["-m", "q.gguf"]
            """);

        Assert.Empty(document.Diagnostics);
        Assert.Equal("TYPE", document.GlobalArguments.Single().Arguments.Single().Key);
        Assert.Equal([(0, "base"), (1, null)], document.Stages.Select(s => (s.Index, s.Name)));
        Assert.Equal(["ADD", "convert"], document.Stages[0].Instructions.Select(i => i.Keyword));
        Assert.Equal(["QUANTIZE", "CMD"], document.Stages[1].Instructions.Select(i => i.Keyword));
        Assert.Equal(new("f", 7, 1, 7, 52), document.Stages[1].Instructions[0].Span);
    }

    [Fact]
    public void All_errors_of_a_file_are_reported_in_its_order()
    {
        var document = Parse(
            """
            FROM scratch AS 1
            COPY a
            FROM scratch
            FETCH x
            LABEL a=b c
              COPY --form=x a b
            CMD ["-m", 1]
            """);

        Assert.Equal(
            [
                (DiagnosticCodes.InvalidStageName, 1),
                (DiagnosticCodes.MissingArguments, 2),
                (DiagnosticCodes.UnknownInstruction, 4),
                (DiagnosticCodes.InvalidLabel, 5),
                (DiagnosticCodes.UnknownFlag, 6),
                (DiagnosticCodes.JsonNotStrings, 7),
            ],
            document.Diagnostics.Select(d => (d.Code, d.Span.StartLine)));
        Assert.Equal("f(6,3): error GGUF0016: COPY has no flag --form. Did you mean 'from'?", document.Diagnostics[4].ToString());
        Assert.Single(document.Stages);
    }

    [Fact]
    public void Byte_order_mark_and_CRLF_make_no_difference()
    {
        var plain = Parse("FROM scratch\nCOPY a \\\n  b /c\n");
        var windows = PackerfileParser.Parse([0xEF, 0xBB, 0xBF, .. "FROM scratch\r\nCOPY a \\\r\n  b /c\r\n"u8], "f");

        Assert.Empty(windows.Diagnostics);
        Assert.Equal(plain.Stages[0].Instructions[0].Text, windows.Stages[0].Instructions[0].Text);
        Assert.Equal(plain.Stages[0].Instructions[0].Span, windows.Stages[0].Instructions[0].Span);
    }

    [Fact]
    public void Utf16_and_oversized_files_are_refused()
    {
        byte[] utf16 = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("FROM a")];
        Assert.Equal(DiagnosticCodes.NotUtf8, PackerfileParser.Parse(utf16, "f").Diagnostics.Single().Code);
        Assert.Equal(DiagnosticCodes.FileTooLong, PackerfileParser.Parse(new byte[PackerfileLimits.FileLength + 1], "f").Diagnostics.Single().Code);
    }

    [Fact]
    public void Flags_with_other_letters_than_ascii_keep_them()
    {
        var quantize = Single<QuantizeInstruction>("QUANTIZE --imatrix=größe.dat --from=à a.gguf b.gguf");

        Assert.Equal(("größe.dat", "à"), (quantize.Imatrix, quantize.From));
    }

    [Fact]
    public void Convert_has_the_documented_defaults()
    {
        var convert = Single<ConvertInstruction>("CONVERT hf m.gguf");

        Assert.Equal(("F16", "model", null, null, null), (convert.Type, convert.Class, convert.From, convert.Base, convert.PreTokenizer));
        Assert.Empty(convert.Verify());
    }

    [Theory]
    [InlineData("auto", "AUTO")]
    [InlineData("bf16", "BF16")]
    [InlineData("${T}", "TQ1_0")]
    public void Convert_takes_types_in_any_case(string written, string expected)
    {
        var convert = (ConvertInstruction)Single<ConvertInstruction>($"CONVERT --type={written} --pre-tokenizer=qwen2 --model-name='$T b' hf m.gguf")
            .Expand(new WordExpander(), new Dictionary<string, string> { ["T"] = "tq1_0" });

        Assert.Equal((expected, "qwen2", "tq1_0 b"), (convert.Type, convert.PreTokenizer, convert.ModelName));
        Assert.Empty(convert.Verify());
    }

    [Theory]
    [InlineData("--type=Q4_0", DiagnosticCodes.InvalidFlagValue)]
    [InlineData("--class=LoRA", DiagnosticCodes.InvalidFlagValue)]
    [InlineData("--class=lora", DiagnosticCodes.ConflictingFlags)]
    [InlineData("--class=adapter", DiagnosticCodes.ConflictingFlags)]
    public void Convert_refuses_what_it_cannot_do(string flag, string code) =>
        Assert.Equal(code, Single<ConvertInstruction>($"CONVERT {flag} hf m.gguf").Verify().Single().Code);

    [Fact]
    public void Quantize_has_all_flags()
    {
        var quantize = Single<QuantizeInstruction>(
            "QUANTIZE --from=f16 --type=q3_k_l --imatrix=i.dat --include-weights=a --include-weights=b --leave-output-tensor --pure=TRUE "
            + "--output-tensor-type=q6_K --token-embedding-type=bf16 m.gguf q.gguf");
        var expanded = (QuantizeInstruction)quantize.Expand(new WordExpander(), new Dictionary<string, string>());

        Assert.Equal(
            ("f16", "Q3_K_L", "i.dat", "Q6_K", "BF16"),
            (expanded.From, expanded.Type, expanded.Imatrix, expanded.OutputTensorType, expanded.TokenEmbeddingType));
        Assert.Equal(["a", "b"], expanded.IncludeWeights);
        Assert.True(expanded.LeaveOutputTensor && expanded.Pure);
        Assert.Equal("Q5_K_M", Single<QuantizeInstruction>("QUANTIZE m.gguf q.gguf").Type);
    }

    [Theory]
    [InlineData("CAT hello big world /a", "hello big world\n")]
    [InlineData("CAT [\"one\", \"two\", \"/a\"]", "one two\n")]
    [InlineData("CAT it's $X /a", "it's y\n")]
    [InlineData("CAT <<EOF /a\n$X \\$X \\\\ 'q'\nEOF", "y $X \\ 'q'\n")]
    [InlineData("CAT <<'EOF' /a\n$X\nEOF", "$X\n")]
    public void Cat_writes_words_and_heredocs(string text, string content)
    {
        var cat = (CatInstruction)Single<CatInstruction>(text).Expand(new WordExpander(), new Dictionary<string, string> { ["X"] = "y" });

        Assert.Equal((content, "/a"), (cat.Heredocs.Single().Data, cat.Destination));
    }

    [Fact]
    public void Cmd_keeps_quotes_and_drops_files_that_expand_to_nothing()
    {
        var cmd = (CmdInstruction)Single<CmdInstruction>(
            """
            CMD ["-m", "first.gguf", "-m", "${M}", "-md", "${NONE}", "--mmproj", "p.gguf", "--lora", "", \
                 "--lora-scaled", "l.gguf", "0.5", "--control-vector", "c.gguf", "--chat-template", "{{'a\\n'}} \"b\" \\$M it's"]
            """)
            .Expand(new WordExpander(), new Dictionary<string, string> { ["M"] = "m.gguf" });

        Assert.Equal(
            [
                new(CommandFileKind.Model, "m.gguf", 3),
                new(CommandFileKind.Projector, "p.gguf", 7),
                new(CommandFileKind.Adapter, "l.gguf", 11),
                new CommandFile(CommandFileKind.Adapter, "c.gguf", 14),
            ],
            cmd.Files);
        Assert.Equal("""{{'a\n'}} "b" $M it's""", cmd.Arguments[^1]);
        Assert.Empty(cmd.Verify());
    }

    [Theory]
    [InlineData("--lora a.gguf,b.gguf --lora-scaled c.gguf:0.5,d/e.gguf:-1 -m m.gguf", "a.gguf@1 b.gguf@1 c.gguf@3 d/e.gguf@3")]
    [InlineData("--lora-scaled a.gguf:0.5 --control-vector-scaled b.gguf:2,c.gguf:1e-1", "a.gguf@1 b.gguf@3 c.gguf@3")]
    [InlineData("--lora-scaled a.gguf 0.5 --control-vector-scaled b.gguf -2 --lora c.gguf", "a.gguf@1 b.gguf@4 c.gguf@7")]
    [InlineData("--lora \"a,b.gguf\",c.gguf --lora-scaled \"d,\"\"e\"\":1\"", "a,b.gguf@1 c.gguf@1 d,\"e\"@3")]
    [InlineData("--lora-scaled a:b:1 0.5 --lora , --lora-scaled a.gguf:x 1", "a:b:1@1 a.gguf:x@6")]
    public void Cmd_names_adapters_one_by_one_or_in_lists(string arguments, string expected)
    {
        var words = arguments.Split(' ').Select(word => $"\"{word.Replace("\"", "\\\"")}\"");

        var cmd = Single<CmdInstruction>($"CMD [{string.Join(", ", words)}]");

        Assert.Equal(expected, string.Join(' ', cmd.Files.Where(file => file.Kind == CommandFileKind.Adapter).Select(file => $"{file.Value}@{file.Index}")));
    }

    [Theory]
    [InlineData("--lora-scaled a.gguf", false)]
    [InlineData("--lora-scaled a.gguf:half", false)]
    [InlineData("--lora-scaled a.gguf:0.5,b.gguf", false)]
    [InlineData("--lora", false)]
    [InlineData("--lora-scaled a.gguf:0.5", true)]
    [InlineData("--control-vector-scaled a.gguf:${SCALE}", true)]
    [InlineData("--lora-scaled a.gguf 0.5", true)]
    public void Cmd_tells_of_an_option_without_its_factor(string arguments, bool isWhole)
    {
        var words = string.Join(", ", arguments.Split(' ').Select(word => $"\"{word}\""));
        var document = PackerfileParser.Parse(Encoding.UTF8.GetBytes($"FROM scratch\nCMD [\"-m\", \"m.gguf\", {words}]\n"), "f");

        Assert.Equal(isWhole ? [] : [DiagnosticCodes.InvalidCommand], document.Diagnostics.Select(diagnostic => diagnostic.Code));
    }

    [Theory]
    [InlineData("CMD [\"-m\", \"\"]", DiagnosticCodes.CommandWithoutModel)]
    [InlineData("CMD [\"-c\", \"1\"]", DiagnosticCodes.CommandWithoutModel)]
    public void Cmd_without_a_model_is_refused(string text, string code) => Assert.Equal(code, Single<CmdInstruction>(text).Verify().Single().Code);

    [Fact]
    public void Checksum_needs_a_digest_of_the_right_length()
    {
        var sha = new string('a', 64);

        Assert.Empty(Single<AddInstruction>($"ADD --checksum=sha256:{sha} https://e.org/a /").Verify());
        Assert.Equal(DiagnosticCodes.InvalidChecksum, Single<AddInstruction>($"ADD --checksum=sha256:{sha[1..]} https://e.org/a /").Verify().Single().Code);
        Assert.Equal(DiagnosticCodes.InvalidChecksum, Single<AddInstruction>($"ADD --checksum=sha256:{sha} a /").Verify().Single().Code);
    }

    [Fact]
    public void Unset_names_are_collected()
    {
        var unmatched = new SortedSet<string>();

        Single<CopyInstruction>("COPY $A ${B:-x} $C").Expand(new WordExpander(), new Dictionary<string, string> { ["C"] = "c" }, unmatched);

        Assert.Equal(["A", "B"], unmatched);
    }

    [Fact]
    public void Substitutions_inside_each_other_end_in_an_error()
    {
        var text = string.Concat(Enumerable.Repeat("${A:-", 100_000)) + new string('}', 100_000);

        var error = Assert.Throws<ExpansionException>(() => new WordExpander().Expand(text, new Dictionary<string, string>()));

        Assert.Equal(ExpansionFault.LimitExceeded, error.Fault);
    }

    [Fact]
    public void Values_that_multiply_end_in_an_error()
    {
        var variables = new Dictionary<string, string> { ["A"] = new string('x', 1000) };
        var error = Assert.Throws<ExpansionException>(() =>
        {
            for (var i = 0; i < 30; i++)
            {
                variables["A"] = new WordExpander().Expand("${A//x/$A}", variables);
            }
        });

        Assert.Equal(ExpansionFault.LimitExceeded, error.Fault);
    }

    [Fact]
    public void Patterns_take_no_exponential_time()
    {
        var variables = new Dictionary<string, string> { ["A"] = new string('a', 3_000), ["P"] = string.Concat(Enumerable.Repeat("a*", 500)) + "b" };

        Assert.Equal(variables["A"], new WordExpander().Expand("${A##$P}", variables));
        variables["A"] = new string('a', 20_000);
        Assert.Equal(ExpansionFault.LimitExceeded, Assert.Throws<ExpansionException>(() => new WordExpander().Expand("${A##$P}", variables)).Fault);
        variables["A"] = "a";
        variables["P"] += variables["P"];
        Assert.Equal(ExpansionFault.LimitExceeded, Assert.Throws<ExpansionException>(() => new WordExpander().Expand("${A##$P}", variables)).Fault);
    }

    [Fact]
    public void Any_bytes_are_parsed_without_an_exception()
    {
        var random = new Random(7);
        string[] pieces =
        [
            "FROM ", "scratch", "COPY ", "CMD ", "CAT ", "LABEL ", "ARG ", "\n", "\r\n", "\\\n", "<<E", "E\n",
            "[\"", "\", ", "\"]", "${", ":-", "}", "'", "\"", "--x=", "#", "\0", "\u00A0", "=", "a",
        ];
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new List<byte>();
            for (var n = random.Next(40); n > 0; n--)
            {
                bytes.AddRange(random.Next(8) == 0 ? [(byte)random.Next(256)] : Encoding.UTF8.GetBytes(pieces[random.Next(pieces.Length)]));
            }

            var document = PackerfileParser.Parse(bytes.ToArray(), "f");
            foreach (var instruction in document.Stages.SelectMany(s => s.Instructions))
            {
                try
                {
                    instruction.Expand(new WordExpander(document.Escape), new Dictionary<string, string>()).Verify();
                }
                catch (ExpansionException)
                {
                    // The only one that may come.
                }
            }
        }
    }

    [Fact]
    public void Bytes_that_are_no_utf8_survive_in_a_quoted_heredoc()
    {
        var document = PackerfileParser.Parse([.. "FROM scratch\nCAT <<'E' a\n"u8, 0xFA, 0xC3, 0x0A, .. "E\n"u8], "f");

        var cat = (CatInstruction)document.Stages[0].Instructions[0];
        Assert.Equal([0xFA, 0xC3, 0x0A], GGUFPacker.Packerfile.Syntax.SourceText.Encode(cat.Heredocs[0].Data));
    }

    private static PackerfileDocument Parse(string text) => PackerfileParser.Parse(Encoding.UTF8.GetBytes(text), "f");

    private static T Single<T>(string instruction)
        where T : Instruction
    {
        var document = Parse("FROM scratch\n" + instruction + "\n");
        Assert.Empty(document.Diagnostics);
        return Assert.IsType<T>(document.Stages.Single().Instructions.Single());
    }
}
