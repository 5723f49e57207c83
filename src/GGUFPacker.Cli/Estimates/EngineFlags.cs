using System.CommandLine;
using System.Globalization;

namespace GGUFPacker.Cli.Estimates;

/// <summary>
/// The flags that say how the engine is started: gguf-packer-go's, which become the engine's own arguments, so that both are read in one place.
/// </summary>
internal sealed class EngineFlags
{
    private readonly Option<int> _batch = new("--batch-size", "-b") { Description = "The logical batch size (default: CMD's, else 2048).", HelpName = "N" };
    private readonly Option<int> _microBatch = new("--ubatch-size", "-ub")
    {
        Description = "The physical batch size (default: CMD's, else 512).",
        HelpName = "N",
    };
    private readonly Option<int> _parallel = new("--parallel", "-np")
    {
        Description = "Slots, or sequences in parallel (default: CMD's, else the engine's).",
        HelpName = "N",
    };
    private readonly Option<string?> _keys = new("--cache-type-k", "-ctk")
    {
        Description = "How keys are cached: f32, f16, bf16, q8_0, q5_1, q5_0, q4_1, q4_0, iq4_nl (default: CMD's, else f16).",
        HelpName = "TYPE",
    };
    private readonly Option<string?> _values = new("--cache-type-v", "-ctv") { Description = "How values are cached.", HelpName = "TYPE" };
    private readonly Option<bool> _flash = new("--flash-attn", "-fa") { Description = "Enable flash attention (default: CMD's, else the engine's choice)." };
    private readonly Option<bool> _noFlash = new("--no-flash-attn") { Description = "Disable flash attention." };
    private readonly Option<int> _layers = new("--gpu-layers", "-ngl")
    {
        Description = "Layers on devices, the output counted as one; -1 for CMD's, else all.",
        HelpName = "N",
        DefaultValueFactory = _ => -1,
    };
    private readonly Option<int> _drafterLayers = new("--gpu-layers-draft", "-ngld")
    {
        Description = "Layers of the draft model on devices; -1 for CMD's, else all.",
        HelpName = "N",
        DefaultValueFactory = _ => -1,
    };
    private readonly Option<bool> _noCacheOffload = new("--no-kv-offload", "-nkvo") { Description = "Keep the KV cache on the host." };
    private readonly Option<bool> _noMap = new("--no-mmap") { Description = "Read the file into memory instead of mapping it." };
    private readonly Option<string?> _split = new("--tensor-split", "-ts") { Description = "Each device's share, such as 3,1.", HelpName = "N,…" };
    private readonly Option<int?> _main = new("--main-gpu", "-mg") { Description = "The device that is used alone, or for rows.", HelpName = "N" };
    private readonly Option<string?> _mode = new("--split-mode", "-sm")
    {
        Description = "How devices share the model: layer, row or none (default: CMD's, else layer).",
        HelpName = "MODE",
    };
    private readonly Option<string?> _rpc = new("--rpc") { Description = "RPC servers, which come before the devices here.", HelpName = "HOST:PORT,…" };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All =>
        [_batch, _microBatch, _parallel, _keys, _values, _flash, _noFlash, _layers, _drafterLayers, _noCacheOffload, _noMap, _split, _main, _mode, _rpc];

    /// <summary>Whether the user says how many layers lie on devices.</summary>
    public bool SaysLayers(ParseResult line) => line.GetValue(_layers) >= 0;

    /// <summary>The engine's arguments that the flags mean.</summary>
    /// <exception cref="UsageException">A value is none.</exception>
    public List<string> ToArguments(ParseResult line)
    {
        var arguments = new List<string>();
        Add(_batch.Name, Number(_batch));
        Add(_microBatch.Name, Number(_microBatch));
        Add(_parallel.Name, Number(_parallel));
        Add(_keys.Name, line.GetValue(_keys));
        Add(_values.Name, line.GetValue(_values));
        Add(_layers.Name, line.GetValue(_layers) is >= 0 and var layers ? Text(layers) : null);
        Add(_drafterLayers.Name, line.GetValue(_drafterLayers) is >= 0 and var drafted ? Text(drafted) : null);
        Add(_split.Name, SplitOf(line.GetValue(_split)));
        Add(_main.Name, line.GetValue(_main) is { } main ? Text(main) : null);
        Add(_mode.Name, line.GetValue(_mode));
        Add(_rpc.Name, line.GetValue(_rpc));
        if (line.GetValue(_flash) || line.GetValue(_noFlash))
        {
            Add(_flash.Name, line.GetValue(_noFlash) ? "off" : "on");
        }

        if (line.GetValue(_noCacheOffload))
        {
            arguments.Add(_noCacheOffload.Name);
        }

        if (line.GetValue(_noMap))
        {
            arguments.Add(_noMap.Name);
        }

        return arguments;

        string? Number(Option<int> option) => line.GetResult(option) is { Implicit: false } ? Text(line.GetValue(option)) : null;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                arguments.AddRange([name, value]);
            }
        }
    }

    private static string? SplitOf(string? text) =>
        text is null || text.Split(',').All(part => double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
            ? text
            : throw new UsageException($"--tensor-split has invalid integer: '{text}'.");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
