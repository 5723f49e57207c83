using GGUFPacker.Build.Engine;
using GGUFPacker.Cli.Output;
using Spectre.Console;

namespace GGUFPacker.Cli.Tests.Output;

public sealed class ProgressTests
{
    private static readonly BuildProgress Step = new() { Step = "1", Name = "[Q4_K_M 1/2] QUANTIZE a b", Status = BuildStepStatus.Started };

    [Fact]
    public void Lines_tell_when_a_step_ends_and_that_a_long_one_goes_on()
    {
        var (writer, time) = (new StringWriter { NewLine = "\n" }, new ManualTime());
        var progress = new LineProgress(writer, time);

        progress.Report(Step);
        progress.Report(Step with { Status = BuildStepStatus.Advanced, Done = 1, Total = 4 });
        time.Now += TimeSpan.FromSeconds(21);
        progress.Report(Step with { Status = BuildStepStatus.Advanced, Done = 2, Total = 4 });
        progress.Report(Step with { Status = BuildStepStatus.Advanced, Done = 3, Total = 4 });
        progress.Report(Step with { Status = BuildStepStatus.Completed });
        progress.Report(Step with { Step = "2", Name = "COPY", Status = BuildStepStatus.Cached });
        progress.Report(Step with { Step = "3", Name = "CAT", Status = BuildStepStatus.Failed });

        Assert.Equal("[Q4_K_M 1/2] QUANTIZE a b: 50 %, 2 B of 4 B, 21 s left\n[Q4_K_M 1/2] QUANTIZE a b: 21.0 s\nCOPY: already there\nCAT: failed\n", writer.ToString());
    }

    [Fact]
    public async Task A_terminal_shows_each_step_whatever_its_name()
    {
        var writer = new StringWriter();
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(writer),
        });
        terminal.Profile.Width = 120;

        var result = await TerminalProgress.RunAsync(terminal, progress =>
        {
            progress.Report(Step);
            progress.Report(Step with { Status = BuildStepStatus.Advanced, Done = 1, Total = 4, Detail = "blk.[0].weight" });
            progress.Report(Step with { Status = BuildStepStatus.Completed });
            progress.Report(Step with { Step = "2", Name = "COPY [/]", Status = BuildStepStatus.Cached });
            progress.Report(Step with { Step = "3", Name = "CAT", Status = BuildStepStatus.Failed });
            return Task.FromResult(42);
        });

        Assert.Equal(42, result);
        Assert.Contains("[Q4_K_M 1/2] QUANTIZE a b", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains("COPY [/]", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains("already there", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains("100%", writer.ToString(), StringComparison.Ordinal);
    }

    private sealed class ManualTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
