using GGUFPacker.Cli.Output;
using GGUFPacker.Cli.Running;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Cli.Tests;

/// <summary>Runs the tool in this process, with a store and a current directory of its own.</summary>
internal sealed class CliRunner : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public CliRunner()
    {
        System.IO.Directory.CreateDirectory(Directory);
        Variables[ContentStore.PathVariable] = StorePath;
    }

    public string Directory => _directory["work"];

    public string StorePath => _directory["store"];

    public Dictionary<string, string> Variables { get; } = [];

    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>What commands take for the machine's memory; null for the real one.</summary>
    public MachineMemory? Machine { get; set; }

    /// <summary>Sees each line of a command that is still running.</summary>
    public Action<string>? OnLine { get; set; }

    public string this[params ReadOnlySpan<string> parts] => Path.Combine([Directory, .. parts]);

    public ContentStore OpenStore() => ContentStore.Open(StorePath);

    public void WriteFile(string name, string text)
    {
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
    }

    public Task<CliResult> RunAsync(params string[] arguments) => RunAsync(TestContext.Current.CancellationToken, arguments);

    public async Task<CliResult> RunAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var (output, error) = (new ObservedWriter(OnLine), new ObservedWriter(OnLine));
        var environment = new CliEnvironment
        {
            Console = new CliConsole(TextWriter.Synchronized(output), TextWriter.Synchronized(error), Terminal: null),
            Variable = name => Variables.GetValueOrDefault(name),
            Home = _directory["home"],
            CurrentDirectory = Directory,
            Time = Time,
            Machine = async (around, cancellation) => Machine ?? await MachineMemory.ReadAsync(around, cancellation),
        };
        var exitCode = await CliApplication.RunAsync(arguments, environment, cancellationToken);
        return new CliResult(exitCode, output.ToString(), error.ToString());
    }

    public void Dispose() => _directory.Dispose();

    private sealed class ObservedWriter : StringWriter
    {
        private readonly Action<string>? _observe;

        public ObservedWriter(Action<string>? observe)
        {
            _observe = observe;
            NewLine = "\n";
        }

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            _observe?.Invoke(value ?? "");
        }
    }
}
