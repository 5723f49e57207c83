using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Sources;
using GGUFPacker.Cli.Commands;
using GGUFPacker.Estimation;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Cli.Estimates;

/// <summary>Headers of GGUF files, here or elsewhere.</summary>
internal sealed class FileModels(CliEnvironment environment) : IDisposable
{
    private readonly RemoteModels _remote = new(new BuildEnvironment { Variable = environment.Variable, Home = environment.Home });

    /// <summary>Whether a name is a file's, here or elsewhere, and no image's.</summary>
    public bool IsFile(string source) =>
        RemoteModels.IsRemote(source) || File.Exists(environment.FullPath(source)) || References.IsFileName(source);

    /// <summary>Reads a file's header, or that of all files of a split model.</summary>
    /// <param name="source">A path, <c>hf://…</c> or a web address.</param>
    /// <param name="file">Which of a repository's files; null if the source says it.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>What the file is called, and its header.</returns>
    /// <exception cref="UsageException">There is no such file.</exception>
    public async Task<(string Name, ModelHeader Header)> ReadAsync(string source, string? file, CancellationToken cancellationToken)
    {
        if (RemoteModels.IsRemote(source))
        {
            var model = await _remote.ReadAsync(source, file, cancellationToken).ConfigureAwait(false);
            return (model.Name, new ModelHeader(model.Header.Metadata, model.Header.Tensors));
        }

        var path = environment.FullPath(source);
        if (!File.Exists(path))
        {
            throw new UsageException($"There is no file '{path}'.");
        }

        using var opened = await GgufFile.OpenAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false);
        return (Path.GetFileName(path), ModelHeader.Of(opened));
    }

    /// <inheritdoc/>
    public void Dispose() => _remote.Dispose();
}
