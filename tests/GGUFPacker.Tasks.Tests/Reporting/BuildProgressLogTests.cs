using GGUFPacker.Build.Engine;
using GGUFPacker.Tasks.Reporting;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace GGUFPacker.Tasks.Tests.Reporting;

public sealed class BuildProgressLogTests
{
    private static readonly BuildProgress Step = new() { Step = "1", Name = "[c 1/1] CONVERT a b", Status = BuildStepStatus.Started };

    [Fact]
    public void What_a_step_says_is_told_and_one_that_runs_again_is_timed_anew()
    {
        var engine = new RecordingBuildEngine();
        var time = new SteppingTime();
        var log = new BuildProgressLog(new TaskLoggingHelper(engine, "test"), time, terminal: null);

        log.Report(Step);
        log.Report(Step with { Status = BuildStepStatus.Noted, Detail = "waits" });
        time.Seconds = 2;
        log.Report(Step with { Status = BuildStepStatus.Completed });
        time.Seconds = 10;
        log.Report(Step);
        time.Seconds = 11;
        log.Report(Step with { Status = BuildStepStatus.Completed });

        Assert.Equal(
            ["[c 1/1] CONVERT a b: waits", "[c 1/1] CONVERT a b (2.0 s)", "[c 1/1] CONVERT a b (1.0 s)"],
            engine.Messages.Where(message => message.Importance != MessageImportance.Low).Select(message => message.Message));
    }

    private sealed class SteppingTime : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
