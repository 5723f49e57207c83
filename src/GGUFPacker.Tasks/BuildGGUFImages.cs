using System.Collections.Immutable;
using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Registry.Authentication;
using GGUFPacker.Oci.Store;
using GGUFPacker.Tasks.Hosting;
using GGUFPacker.Tasks.Outputs;
using GGUFPacker.Tasks.Reporting;
using Microsoft.Build.Framework;

namespace GGUFPacker.Tasks;

/// <summary>Builds all of a project's images in one run, and links their model files into the output directory.</summary>
public sealed class BuildGGUFImages : GGUFTask
{
    /// <summary>The GGUFPackerfile.</summary>
    [Required]
    public string PackerfilePath { get; set; } = "";

    /// <summary>The directories that it reads, with their name in metadata <c>Name</c>.</summary>
    public ITaskItem[] NamedContexts { get; set; } = [];

    /// <summary>One item for each image: metadata <c>Stage</c> (empty for the last stage) and <c>References</c>.</summary>
    [Required]
    public ITaskItem[] Targets { get; set; } = [];

    /// <summary>The store's directory.</summary>
    [Required]
    public string StorePath { get; set; } = "";

    /// <summary>The directory that model files are linked into.</summary>
    [Required]
    public string OutputDirectory { get; set; } = "";

    /// <summary>The file that lists what lies in the output directory.</summary>
    [Required]
    public string OutputsRecord { get; set; } = "";

    /// <summary>The file that lists the images.</summary>
    [Required]
    public string ImagesRecord { get; set; } = "";

    /// <summary>Threads for conversion and quantization; 0 for one per core.</summary>
    public int Threads { get; set; }

    /// <summary>Values for ARG instructions, in metadata <c>Value</c>.</summary>
    public ITaskItem[] BuildArguments { get; set; } = [];

    /// <summary>Which lint rules hold besides what the file says: <c>skip=RULE,…;error=true</c>.</summary>
    public string Check { get; set; } = "";

    /// <summary>Caches that results of steps are taken from, each as <c>--cache-from</c> takes it.</summary>
    public string[] CacheFrom { get; set; } = [];

    /// <summary>Caches that results of steps are put into, each as <c>--cache-to</c> takes it.</summary>
    public string[] CacheTo { get; set; } = [];

    /// <summary>Whether registries are asked for base images whose tags the store has.</summary>
    public bool Pull { get; set; }

    /// <summary>Whether to show the percentage in the terminal's tab.</summary>
    public bool TerminalProgress { get; set; }

    /// <inheritdoc />
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        // A task host has its own idea of the current directory.
        var projectDirectory = Path.GetDirectoryName(Path.GetFullPath(ProjectFile))!;
        string InProject(string path) => Path.GetFullPath(Native(path), projectDirectory);

        var request = new BuildRequest
        {
            PackerfilePath = InProject(PackerfilePath),
            ContextDirectory = projectDirectory,
            NamedContexts = NamedContexts.ToImmutableDictionary(item => item.GetMetadata("Name"), item => item.ItemSpec, StringComparer.OrdinalIgnoreCase),
            Targets = [.. Targets.Select(item => new BuildTarget
            {
                Stage = item.GetMetadata("Stage") is { Length: > 0 } stage ? stage : null,
                References = [.. item.GetMetadata("References").Split(' ', StringSplitOptions.RemoveEmptyEntries)],
            })],
            BuildArguments = BuildArguments.ToImmutableDictionary(item => item.ItemSpec, item => item.GetMetadata("Value"), StringComparer.Ordinal),
            Check = Check,

            // They are linked into the output directory.
            FetchFiles = true,
            Threads = Threads,
            Pull = Pull,
            CacheFrom = [.. CacheFrom.Select(text => ParseCache("GGUFCacheFrom", text, CacheLocation.ParseSource))],
            CacheTo = [.. CacheTo.Select(text => ParseCache("GGUFCacheTo", text, CacheLocation.ParseDestination))],
        };
        var output = new ModelOutputOptions
        {
            ProjectDirectory = projectDirectory,
            OutputDirectory = Native(OutputDirectory),
            OutputsRecord = InProject(OutputsRecord),
            ImagesRecord = InProject(ImagesRecord),
        };

        using var turn = await OutputLock.TakeAsync(
            Path.ChangeExtension(output.OutputsRecord, ".lock"),
            () => Log.LogMessage(MessageImportance.High, "Waiting for another build of {0}.", Path.GetFileName(ProjectFile)),
            cancellationToken).ConfigureAwait(false);
        using var terminal = TerminalProgress ? Reporting.TerminalProgress.Open() : null;
        using var store = ContentStore.Open(StorePath);
        var progress = new BuildProgressLog(Log, TimeProvider.System, terminal);
        var credentials = new DockerCredentials(Environment.GetEnvironmentVariable, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        using var registries = new RegistryClient(new RegistryOptions { Credentials = credentials.FindAsync });
        var engine = new EmbeddedBuildEngine(store, new BuildEnvironment { Registries = registries });
        await new ModelBuild(engine, store, Log).RunAsync(request, output, progress, cancellationToken).ConfigureAwait(false);
    }

    private CacheLocation ParseCache(string property, string text, Func<string, string, CacheLocation> parse)
    {
        try
        {
            return parse(text, Path.GetDirectoryName(Path.GetFullPath(ProjectFile))!);
        }
        catch (FormatException error)
        {
            throw ProjectFault.At(
                ProjectLocation.OfProperty(ProjectFile, property), GraphDiagnosticCodes.InvalidRequest, $"{property} '{text}': {error.Message}");
        }
    }

    /// <summary>MSBuild's properties have backslashes on every system.</summary>
    private static string Native(string path) => path.Replace('\\', Path.DirectorySeparatorChar);
}
