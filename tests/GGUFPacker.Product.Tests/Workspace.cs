using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Build.Logging.StructuredLogger;

namespace GGUFPacker.Product.Tests;

/// <summary>A directory outside the repository, with a space in its name, a store and a user's home of its own.</summary>
internal sealed class Workspace : IDisposable
{
    private ImmutableDictionary<string, string> _environment;

    public Workspace(PackedProduct? product = null)
    {
        Directory.CreateDirectory(Root);
        _environment = CommonEnvironment
            .SetItem("DOTNET_CLI_HOME", Combine("home"))
            .SetItem("GGUF_PACKER_STORE_PATH", StorePath);
        if (product is not null)
        {
            _environment = _environment.SetItem("NUGET_PACKAGES", product.Packages);
            Write("nuget.config", $"<configuration><packageSources><clear /><add key=\"folder\" value=\"{product.Feed}\" /></packageSources></configuration>");
            Write("Directory.Build.props", "<Project />");
            Write("Directory.Build.targets", "<Project />");
        }
    }

    /// <summary>What every command is told: no build process outlives its test.</summary>
    public static ImmutableDictionary<string, string> CommonEnvironment { get; } = ImmutableDictionary<string, string>.Empty
        .Add("MSBUILDDISABLENODEREUSE", "1")
        .Add("DOTNET_CLI_USE_MSBUILD_SERVER", "0")
        .Add("DOTNET_CLI_TELEMETRY_OPTOUT", "1")
        .Add("DOTNET_CLI_UI_LANGUAGE", "en")
        .Add("DOTNET_NOLOGO", "1")
        .Add("DOTNET_SKIP_FIRST_TIME_EXPERIENCE", "1");

    public string Root { get; } = Path.Combine(Path.GetTempPath(), "ggufpacker tests", Guid.NewGuid().ToString("N")[..12]);

    public string StorePath => Combine("store");

    public IReadOnlyDictionary<string, string> Environment => _environment;

    /// <summary>Sets a variable for the commands that follow.</summary>
    public void SetVariable(string name, string value) => _environment = _environment.SetItem(name, value);

    public string Combine(params string[] parts) => Path.Combine([Root, .. parts]);

    public string Write(string name, string text)
    {
        var path = Combine(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Copies the sample's checkpoint to a directory; its name is the model's.</summary>
    public void WriteCheckpoint(string name) => CopyDirectory(Repository.Checkpoint, Combine(name));

    public Task<CommandResult> DotnetAsync(params string[] arguments) => Command.RunAsync("dotnet", arguments, Root, _environment);

    /// <summary>Runs a build that must succeed, and reads its log.</summary>
    public async Task<BuildLog> BuildAsync(string verb, string project, params string[] arguments)
    {
        var log = Combine($"{Guid.NewGuid():N}.binlog");
        (await DotnetAsync([verb, Combine(project), $"-bl:{log}", .. arguments])).Succeeded();
        return new BuildLog(BinaryLog.ReadBuild(log));
    }

    public string Sha256(params string[] parts)
    {
        using var file = File.OpenRead(Combine(parts));
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    public static void CopyDirectory(string source, string destination)
    {
        Directory.CreateDirectory(destination);
        foreach (var file in Directory.EnumerateFiles(source))
        {
            File.Copy(file, Path.Combine(destination, Path.GetFileName(file)));
        }
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
