using System.Text.Json;
using GGUFPacker.Build.Engine;
using GGUFPacker.Cli.Output;
using GGUFPacker.Oci.Content;
using GGUFPacker.Packerfile.Diagnostics;
using Spectre.Console;

namespace GGUFPacker.Cli.Tests.Output;

public sealed class ProgressTests
{
    private static readonly BuildProgress Step = new() { Step = "1", Name = "[Q4_K_M 1/2] QUANTIZE a b", Status = BuildStepStatus.Started };
    private static readonly BuildProgress File = new() { Step = "4", Name = "hf://o/r", Status = BuildStepStatus.Advanced, Part = "a.bin" };
    private readonly StringWriter _writer = new() { NewLine = "\n" };
    private readonly ManualTime _time = new();

    [Fact]
    public void Lines_begin_with_the_steps_number_and_long_steps_tell_how_far_they_are()
    {
        var progress = new PlainProgress(_writer, _time);

        progress.Report(Step);
        progress.Report(Step with { Status = BuildStepStatus.Advanced, Done = 1, Total = 4 });
        _time.Now += TimeSpan.FromSeconds(21);
        progress.Report(Step with { Status = BuildStepStatus.Advanced, Done = 3, Total = 4, Detail = "tensor 3 of 4" });
        progress.Report(Step with { Status = BuildStepStatus.Advanced, Done = 4, Total = 4 });
        progress.Report(Step with { Status = BuildStepStatus.Completed });
        progress.Report(Step with { Step = "2", Name = "COPY", Status = BuildStepStatus.Cached });
        progress.Report(Step with { Step = "3", Name = "CAT", Status = BuildStepStatus.Failed, Detail = "no\nroom" });

        Assert.Equal(
            """
            #1 [Q4_K_M 1/2] QUANTIZE a b
            #1 75 %, 3 B of 4 B, 0 B/s, tensor 3 of 4, 11 s left
            #1 DONE 21.0s

            #2 COPY
            #2 CACHED

            #3 CAT
            #3 ERROR: no
            #3 room

            """.ReplaceLineEndings("\n"),
            _writer.ToString());
    }

    [Fact]
    public void Lines_of_steps_at_the_same_time_are_told_apart_and_each_file_ends_with_one()
    {
        var progress = new PlainProgress(_writer, _time);

        progress.Report(File with { Status = BuildStepStatus.Started, Part = null });
        progress.Report(File with { Total = 2048 });
        progress.Report(File with { Part = "b.bin", Total = 10 });
        progress.Report(Step);
        progress.Report(Step with { Status = BuildStepStatus.Noted, Detail = "waits" });
        _time.Now += TimeSpan.FromSeconds(2);
        progress.Report(File with { Done = 2048, Total = 2048 });
        progress.Report(File with { Done = 2048, Total = 2048 });

        Assert.Equal(
            """
            #1 hf://o/r

            #2 [Q4_K_M 1/2] QUANTIZE a b
            #2 waits

            #1 hf://o/r
            #1 a.bin 2 KiB 2.0s done

            """.ReplaceLineEndings("\n"),
            _writer.ToString());
    }

    [Fact]
    public void A_frame_has_a_line_for_each_step_and_each_file_at_work()
    {
        var board = new ProgressBoard(_time);
        Apply(board, Step with { Step = "2", Name = "COPY x", Status = BuildStepStatus.Cached });
        Apply(board, File with { Status = BuildStepStatus.Started, Part = null });
        Apply(board, File with { Total = 4096 });
        Apply(board, File with { Part = "\e[2Jb.bin", Total = 10, Done = 10 });
        Apply(board, Step);
        _time.Now += TimeSpan.FromSeconds(4);
        Apply(board, File with { Done = 1024, Total = 4096 });
        var frame = new TerminalFrame(_time, "Building", 60, hasColors: false);

        Assert.Equal(
            [
                "[+] Building 4.0s (1/3)",
                " => CACHED COPY x                                      0.0s",
                " => hf://o/r                                           4.0s",
                " => =>  [2Jb.bin 10 B                                  0.0s",
                " => => a.bin 25 %, 1 KiB of 4 KiB, 256 B/s, 12 s left  4.0s",
                " => [Q4_K_M 1/2] QUANTIZE a b                          4.0s",
            ],
            frame.Draw(board, 0, isFinal: false, height: 20));
        Assert.Equal(
            [
                "[+] Building 4.0s (1/3) FINISHED",
                " => CACHED COPY x                                      0.0s",
                " => CANCELED hf://o/r                                  4.0s",
                " => CANCELED [Q4_K_M 1/2] QUANTIZE a b                 4.0s",
            ],
            frame.Draw(board, 0, isFinal: true, height: int.MaxValue));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 5)]
    [InlineData(20, 100)]
    [InlineData(200, 24)]
    public void A_frame_fits_the_terminal_and_shows_what_is_at_work_first(int width, int height)
    {
        var board = new ProgressBoard(_time);
        for (var i = 0; i < 200; i++)
        {
            Apply(board, i % 100 == 7
                ? Step with { Step = $"{i}", Name = "at work" }
                : Step with { Step = $"{i}", Name = new string('n', i), Status = BuildStepStatus.Completed });
        }

        var lines = new TerminalFrame(_time, "Building", width, hasColors: false).Draw(board, 0, isFinal: false, height);
        Assert.Equal(Math.Min(Math.Max(height, 2), 201), lines.Count);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, Math.Max(width, 16)));
        Assert.Equal(Math.Min(2, lines.Count - 1), lines.Count(line => line.StartsWith(" => at", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_terminal_shows_each_step_whatever_its_name_and_is_drawn_a_last_time()
    {
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(_writer),
        });
        terminal.Profile.Width = 120;

        var result = await TerminalProgress.RunAsync(terminal, _time, "Building", progress =>
        {
            progress.Report(Step);
            progress.Report(Step with { Status = BuildStepStatus.Completed });
            progress.Report(Step with { Step = "2", Name = "COPY [/]", Status = BuildStepStatus.Cached });
            progress.Report(Step with { Step = "3", Name = "CAT", Status = BuildStepStatus.Failed });
            return Task.FromResult(42);
        });

        Assert.Equal(42, result);
        Assert.Contains("[+] Building 0.0s (3/3) FINISHED", _writer.ToString(), StringComparison.Ordinal);
        Assert.Contains(" => [Q4_K_M 1/2] QUANTIZE a b", _writer.ToString(), StringComparison.Ordinal);
        Assert.Contains(" => CACHED COPY [/]", _writer.ToString(), StringComparison.Ordinal);
        Assert.Contains(" => ERROR CAT", _writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Raw_json_is_a_status_of_BuildKit_a_line()
    {
        var progress = new JsonProgress(_writer, _time);
        var digest = Digest.Of("x"u8).ToString();
        progress.Report(Step with { Step = digest });
        progress.Report(Step with { Step = digest, Status = BuildStepStatus.Advanced, Part = "f", Total = 100 });
        progress.Report(Step with { Step = digest, Status = BuildStepStatus.Advanced, Part = "f", Done = 50, Total = 100 });
        _time.Now += TimeSpan.FromSeconds(1);
        progress.Report(Step with { Step = digest, Status = BuildStepStatus.Advanced, Part = "f", Done = 100, Total = 100 });
        progress.Report(Step with { Step = digest, Status = BuildStepStatus.Noted, Detail = "hello" });
        progress.Report(Step with { Step = digest, Status = BuildStepStatus.Failed, Detail = "no" });
        progress.Report(Step with { Step = "other", Status = BuildStepStatus.Cached });
        JsonProgress.WriteWarning(_writer, new Diagnostic("GGUF0211", DiagnosticSeverity.Warning, new SourceSpan("f", 3, 1, 4, 1), "text"));

        var lines = _writer.ToString().TrimEnd('\n').Split('\n');
        foreach (var line in lines)
        {
            using var json = JsonDocument.Parse(line);
            Assert.Single(json.RootElement.EnumerateObject());
        }

        Assert.Equal(
            [
                $$"""{"vertexes":[{"digest":"{{digest}}","name":"[Q4_K_M 1/2] QUANTIZE a b","started":"2026-01-01T00:00:00Z"}]}""",
                $$"""{"statuses":[{"id":"f","vertex":"{{digest}}","total":100,"current":0,"timestamp":"2026-01-01T00:00:00Z","started":"2026-01-01T00:00:00Z"}]}""",
                $$"""{"statuses":[{"id":"f","vertex":"{{digest}}","total":100,"current":100,"timestamp":"2026-01-01T00:00:01Z","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:01Z"}]}""",
                $$"""{"logs":[{"vertex":"{{digest}}","data":"{{Convert.ToBase64String("hello\n"u8)}}","timestamp":"2026-01-01T00:00:01Z"}]}""",
                $$"""{"vertexes":[{"digest":"{{digest}}","name":"[Q4_K_M 1/2] QUANTIZE a b","started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:01Z","error":"no"}]}""",
                $$"""{"vertexes":[{"digest":"{{Digest.Of("other"u8)}}","name":"[Q4_K_M 1/2] QUANTIZE a b","started":"2026-01-01T00:00:01Z","completed":"2026-01-01T00:00:01Z","cached":true}]}""",
                """{"warnings":[{"level":1,"short":"R0dVRjAyMTE6IHRleHQ=","sourceInfo":{"filename":"f"},"range":[{"start":{"line":3},"end":{"line":4}}]}]}""",
            ],
            lines);
    }

    private static void Apply(ProgressBoard board, BuildProgress value) => board.Apply(board.Find(value), value, out _);

    private sealed class ManualTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) + Now;
    }
}
