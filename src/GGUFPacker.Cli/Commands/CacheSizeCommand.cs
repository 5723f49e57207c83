using System.CommandLine;
using System.Globalization;
using GGUFPacker.Cli.Output;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer cache size</c>: the bytes of each area of the store, and how many of them no image needs.</summary>
internal static class CacheSizeCommand
{
    private static readonly string[] Areas = [StoreItem.Content, StoreItem.Layer, StoreItem.Blob, StoreItem.Partial];

    public static Command Create(CliEnvironment environment)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("size", "Shows how much the store holds, and how much of it no image needs.") { json };
        command.SetAction(line => Run(environment, line.GetValue(json)));
        return command;
    }

    private static int Run(CliEnvironment environment, bool json)
    {
        var items = StoreInventory.Read(environment.StoreRoot, environment.Time);
        var areas = Areas.Select(area => Sum(area, items.Where(item => !item.IsRecord && item.Kind == area))).ToList();
        var total = Sum("total", items.Where(item => !item.IsRecord));
        var output = environment.Console.Out;
        if (json)
        {
            JsonText.Write(output, writer =>
            {
                writer.WriteStartObject();
                foreach (var area in areas.Append(total))
                {
                    writer.WriteStartObject(area.Name);
                    writer.WriteNumber("files", area.Files);
                    writer.WriteNumber("bytes", area.Bytes);
                    writer.WriteNumber("reclaimable", area.Reclaimable);
                    writer.WriteEndObject();
                }

                writer.WriteNumber("records", items.Count(item => item.IsRecord));
                writer.WriteEndObject();
            });
            return ExitCode.Success;
        }

        var table = new TextTable("AREA", "FILES", "SIZE", "RECLAIMABLE");
        foreach (var area in areas.Append(total))
        {
            table.Add(area.Name, area.Files.ToString(CultureInfo.InvariantCulture), GgufUnits.FormatBytes(area.Bytes), GgufUnits.FormatBytes(area.Reclaimable));
        }

        table.Write(output);
        output.WriteLine(FormattableString.Invariant($"{items.Count(item => item.IsRecord)} records of builds, in '{environment.StoreRoot}'"));
        return ExitCode.Success;
    }

    private static (string Name, int Files, long Bytes, long Reclaimable) Sum(string name, IEnumerable<StoreItem> items)
    {
        var all = items.ToList();
        return (name, all.Count, all.Sum(item => item.Size), all.Where(item => item.Images == 0).Sum(item => item.Size));
    }
}
