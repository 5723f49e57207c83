using System.CommandLine;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer prune</c>: frees what no model and no build needs.</summary>
internal static class PruneCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var olderThan = new Option<int?>("--cache-older-than")
        {
            Description = "Forget steps of builds that were last remembered so many days ago; 0 forgets all.",
            HelpName = "DAYS",
        };
        olderThan.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 0)
            {
                result.AddError("--cache-older-than must be 0 or more.");
            }
        });
        var command = new Command("prune", "Removes what no model of the local store and no remembered step of a build needs.") { olderThan };
        command.SetAction(line => Run(environment, line.GetValue(olderThan)));
        return command;
    }

    private static int Run(CliEnvironment environment, int? days)
    {
        var report = StorePrune.Run(environment.StoreRoot, days is { } age ? TimeSpan.FromDays(age) : null, environment.Time);
        environment.Console.Out.WriteLine($"removed {report.Files} files, {GgufUnits.FormatBytes(report.Bytes)}");
        return ExitCode.Success;
    }
}
