using System.CommandLine;
using System.Globalization;
using GGUFPacker.Cli.Output;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer cache list</c>: each thing in the store, when it was last of use, and what it comes from.</summary>
internal sealed class CacheListCommand
{
    private static readonly string[] Kinds =
    [
        CacheRecord.Step, CacheRecord.Source, CacheRecord.File, CacheRecord.Layer, StoreItem.Content, StoreItem.Blob, StoreItem.Partial, StoreItem.Unknown,
    ];

    private readonly Option<string[]> _types = new("--type")
    {
        Description = "Only these: step and source (what builds remember), file (digests of your files), content, layer, blob, partial (transfers that ended early).",
        HelpName = "TYPE[,…]",
    };

    private readonly Option<string?> _filter = new("--filter") { Description = "Only what has this text in its key or origin.", HelpName = "TEXT" };
    private readonly Option<bool> _unused = new("--unused") { Description = "Only what no image needs." };
    private readonly Option<bool> _fullId = new("--full-id") { Description = "Show whole keys." };
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON." };
    private readonly CliEnvironment _environment;

    private CacheListCommand(CliEnvironment environment) => _environment = environment;

    public static Command Create(CliEnvironment environment)
    {
        var list = new CacheListCommand(environment);
        var command = new Command("list", "Lists what the store holds, what it comes from and when it was last of use.")
        {
            list._types, list._filter, list._unused, list._fullId, list._json,
        };
        command.Aliases.Add("ls");
        command.SetAction(list.Run);
        return command;
    }

    private int Run(ParseResult line)
    {
        var kinds = (line.GetValue(_types) ?? []).SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries)).ToHashSet(StringComparer.Ordinal);
        if (kinds.FirstOrDefault(kind => !Kinds.Contains(kind)) is { } wrong)
        {
            throw new UsageException($"--type is one of {string.Join(", ", Kinds)}, not '{wrong}'.");
        }

        var filter = line.GetValue(_filter) ?? "";
        var items = StoreInventory.Read(_environment.StoreRoot, _environment.Time)
            // A layer's recipe is listed; the record by which it is found says nothing more.
            .Where(item => !(item.IsRecord && item.Kind == CacheRecord.Layer))
            .Where(item => kinds.Count == 0 || kinds.Contains(item.Kind))
            .Where(item => item.Images == 0 || !line.GetValue(_unused))
            .Where(item => item.Key.Contains(filter, StringComparison.OrdinalIgnoreCase) || item.MadeBy.Contains(filter, StringComparison.OrdinalIgnoreCase))
            .OrderBy(item => Array.IndexOf(Kinds, item.Kind)).ThenByDescending(item => item.LastUsed).ThenBy(item => item.Key, StringComparer.Ordinal)
            .ToList();
        if (line.GetValue(_json))
        {
            WriteJson(items);
        }
        else
        {
            WriteTable(items, line.GetValue(_fullId));
        }

        return ExitCode.Success;
    }

    private void WriteTable(List<StoreItem> items, bool fullId)
    {
        var table = new TextTable("TYPE", "KEY", "SIZE", "LAST USED", "IMAGES", "MADE BY");
        foreach (var item in items)
        {
            table.Add(
                item.Kind,
                fullId || item.Key.Length <= StoredModel.ShortIdLength ? item.Key : item.Key[..StoredModel.ShortIdLength],
                GgufUnits.FormatBytes(item.Size),
                RelativeAge.Of(item.LastUsed, _environment.Time.GetUtcNow()),
                item.Images == 0 ? "-" : item.Images.ToString(CultureInfo.InvariantCulture),
                item.MadeBy.Length == 0 ? "-" : item.MadeBy.ReplaceLineEndings(" "));
        }

        table.Write(_environment.Console.Out);
    }

    private void WriteJson(List<StoreItem> items) => JsonText.Write(_environment.Console.Out, writer =>
    {
        writer.WriteStartArray();
        foreach (var item in items)
        {
            writer.WriteStartObject();
            writer.WriteString("type", item.Kind);
            writer.WriteString("key", item.Key);
            writer.WriteNumber("size", item.Size);
            writer.WriteString("lastUsed", Rfc3339.Format(item.LastUsed));
            writer.WriteNumber("images", item.Images);
            writer.WriteString("madeBy", item.MadeBy);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });
}
