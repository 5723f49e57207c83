using System.Collections.Immutable;
using System.Text;
using GGUFPacker.Build.Checks;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Content;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Ignoring;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Checks;

/// <summary>
/// Files that nobody would write: whatever stands in a file, it is parsed, expanded, linted and made a graph of, with diagnostics that have a code and a place in the
/// file, and within a bounded amount of memory. <c>GGUFPACKER_MUTATIONS</c> is the number of files; without it as many as take seconds in a debug build.
/// </summary>
[ReadsGoldens]
public sealed class MutatedPackerfileTests
{
#if DEBUG
    private const int Rounds = 10_000;
#else
    private const int Rounds = 100_000;
#endif

    // The largest seed with six copies of a part of it is a few hundred bytes; a check of it takes some 40 KB.
    private const long MaxAllocated = 16 << 20;

    private static readonly string[] Seeds =
    [
        "# syntax=gpustack/gguf-packer\n# escape=`\n# check=skip=all;error=true\nARG BASE=scratch\nFROM ${BASE:-scratch} AS one\nLABEL a=\"b c\" d='e'\n",
        "ARG A=1 B=${A}2\nFROM --platform=$TARGETPLATFORM scratch AS x\nADD --chown=1:2 --chmod=u+x,go=r --exclude=**/*.md a b* c/\nCOPY --from=x --parents a/./b d\n",
        "FROM scratch\nCAT <<EOF <<-'E2' /dir/\ntext $A ${B#x*} ${C//a?/b}\nEOF\n\ttabs\n\tE2\nCMD [\"-m\", \"m.gguf\", \"--lora-scaled\", \"l\", \"0.5\"]\n",
        "FROM scratch AS s\nCONVERT --from=context --type=BF16 --class=lora --base=m src dst.gguf\nQUANTIZE --type=IQ2_XS --imatrix=i --include-weights=a s d\nFROM s\n",
        "FROM reg.example:5000/a/b:c@sha256:0000000000000000000000000000000000000000000000000000000000000000\nCOPY [\"a b\", \"c\\u0041\"] \\\n  # comment\n\n  /d\n",
        "FROM a AS b\nFROM b AS a\nCOPY --from=1 x y\nADD https://e.org/x.git#r:s hf://a/b@c git@h:p x\nADD --checksum=sha256:0 http://h/x /x\n",
    ];

    private static readonly string[] Pieces =
    [
        "FROM ", "ARG ", "ADD ", "COPY ", "CAT ", "CMD ", "CONVERT ", "QUANTIZE ", "LABEL ", "RUN ", "\n", "\r\n", "\\\n", "`\n", "<<EOF", "<<-\"X\"", "EOF\n", "${", "}", "$A", "${A:-", ":?", "##", "%%",
        "//", "--from=", "--chmod=", "--chown=", "--type=", "--platform=", "--exclude=[", "[\"", "\"]", "\"", "'", "\\", "\0", "\uFEFF", "\u2028", "é", "😀", "#", "# check=", "# escape=x", "=", ",", ";", "*", "?", "[", "]",
        "!", "99999999999999999999", "-1", "/../../..", "\t", " ", " AS ", "scratch", "context", "{\"a\":1}", "\u00A0",
    ];

    [Fact]
    public void A_check_of_any_file_ends_with_diagnostics()
    {
        var request = new BuildRequest { PackerfilePath = "GGUFPackerfile", ContextDirectory = Path.Combine(Path.GetTempPath(), "there is no such directory") };
        var count = int.TryParse(Environment.GetEnvironmentVariable("GGUFPACKER_MUTATIONS"), out var asked) ? asked : Rounds;
        var withErrors = 0;
        Parallel.For(0, count, i =>
        {
            var text = Mutate(new Random(20241103 + i));
            ImmutableArray<Diagnostic> diagnostics;
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                diagnostics = PackerfileCheck.Run(text, request, ImageOf).Diagnostics;
            }
            catch (Exception error)
            {
                Assert.Fail($"File {i}: {Convert.ToBase64String(text)}\n{error}");
                return;
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            if (allocated > MaxAllocated)
            {
                Assert.Fail($"File {i}: {Convert.ToBase64String(text)}\n{allocated} bytes were allocated for {text.Length}.");
            }

            var lines = text.Count(b => b == '\n') + 1;
            if (diagnostics.FirstOrDefault(d => d.Code is not ['G', 'G', 'U', 'F', '0', _, _, _] || d.Span.StartLine < 0 || d.Span.StartLine > lines || d.Message.Length == 0) is { } odd)
            {
                Assert.Fail($"File {i}: {Convert.ToBase64String(text)}\n{odd}");
            }

            if (diagnostics is [var first, ..])
            {
                _ = SourceExcerpt.Of(text, first.Span, "f");
            }

            Interlocked.Add(ref withErrors, diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error) ? 1 : 0);
        });

        // A mutation must be able to break a file, and to leave one whole.
        Assert.InRange(withErrors, count / 4, count - (count / 100));
    }

    [Fact]
    public void Patterns_of_any_form_are_matched_or_refused()
    {
        var random = new Random(20241104);
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var pattern = new string([.. Enumerable.Range(0, random.Next(12)).Select(_ => "ab/*?[]^-!\\.$(){}|+ é"[random.Next(21)])]);
            try
            {
                new IgnorePatterns([pattern]).Matches("a/b.a/é");
            }
            catch (FormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, 19_999);
    }

    [Theory]
    [InlineData("${A:-", "}", 10_000)]
    [InlineData("[", "]", 20_000)]
    public void What_nests_deeply_is_refused_not_followed(string open, string close, int depth)
    {
        var text = $"FROM scratch\nCMD {string.Concat(Enumerable.Repeat(open, depth))}{string.Concat(Enumerable.Repeat(close, depth))}\nLABEL a={string.Concat(Enumerable.Repeat(open, depth))}\n";
        var report = PackerfileCheck.Run(Encoding.UTF8.GetBytes(text), new BuildRequest { PackerfilePath = "f", ContextDirectory = "." }, images: null);
        Assert.NotEmpty(report.Errors);
    }

    [Fact]
    public void Stages_that_chain_deeply_are_built()
    {
        var text = "FROM scratch AS s0\nCAT x /x\n" + string.Concat(Enumerable.Range(1, 2000).Select(i => $"FROM s{i - 1} AS s{i}\n"));
        var report = PackerfileCheck.Run(Encoding.UTF8.GetBytes(text), new BuildRequest { PackerfilePath = "f", ContextDirectory = "." }, images: null);
        Assert.Empty(report.Errors);
    }

    private static BaseImage ImageOf(Oci.References.ImageReference reference, Platform platform) => new(reference, Digest.Of("x"u8), new ImageConfig { Platform = platform });

    private static byte[] Mutate(Random random)
    {
        var text = new StringBuilder(Seeds[random.Next(Seeds.Length)]);
        for (var edits = random.Next(1, 6); edits > 0; edits--)
        {
            var at = random.Next(text.Length + 1);
            switch (random.Next(5))
            {
                case 0:
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 1:
                    text.Remove(at, Math.Min(random.Next(8), text.Length - at));
                    break;
                case 2 when at < text.Length:
                    text[at] = (char)random.Next(128);
                    break;
                case 3:
                    text.Insert(at, text.ToString(0, Math.Min(at, 40)));
                    break;
                default:
                    text.Append(Pieces[random.Next(Pieces.Length)]);
                    break;
            }
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        if (random.Next(20) == 0)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }
}
