using GGUFPacker.Build.Engine;
using GGUFPacker.Cli.Output;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Registry.Authentication;

namespace GGUFPacker.Cli.Commands;

/// <summary>Registries as commands reach them: with the credentials of this machine, and with progress.</summary>
internal static class Registries
{
    /// <summary>Creates a client.</summary>
    /// <param name="environment">Where credentials are found.</param>
    /// <param name="registry">The registry that the user named; the credential of the environment is for it alone.</param>
    /// <param name="insecure">Whether plain HTTP and unknown certificates are accepted.</param>
    /// <param name="pushing">Whether something is pushed.</param>
    public static RegistryClient CreateClient(CliEnvironment environment, RegistryName registry, bool insecure, bool pushing) =>
        CreateClient(environment, [registry], insecure, pushing);

    /// <summary>
    /// Creates a client for images that a file names: they come with Docker's credentials, but for those of registries that the user named too.
    /// </summary>
    public static RegistryClient CreateClient(CliEnvironment environment, IReadOnlyCollection<RegistryName> named, bool insecure, bool pushing)
    {
        var docker = new DockerCredentials(environment.Variable, environment.Home);
        return new RegistryClient(new RegistryOptions
        {
            Insecure = insecure,
            Time = environment.Time,
            Credentials = async (name, cancellationToken) =>
                (named.Contains(name) ? EnvironmentCredential.Read(environment.Variable, pushing) : null)
                ?? await docker.FindAsync(name, cancellationToken).ConfigureAwait(false),
        });
    }

    /// <summary>Shows each blob's transfer as a step.</summary>
    /// <param name="display">The display.</param>
    /// <param name="verb">What is done to the blobs: <c>push</c>.</param>
    public static IProgress<TransferProgress> Show(IProgress<BuildProgress> display, string verb) =>
        new ProgressRelay<TransferProgress>(display, transfer => Translate(transfer, verb));

    private static BuildProgress Translate(TransferProgress transfer, string verb) => new()
    {
        Step = transfer.Blob.Digest.ToString(),
        Name = $"{verb} {Short(transfer)} {GgufUnits.FormatBytes(transfer.Blob.Size)}",
        Status = transfer.Status switch
        {
            TransferStatus.Started => BuildStepStatus.Started,
            TransferStatus.Advanced => BuildStepStatus.Advanced,
            TransferStatus.Completed => BuildStepStatus.Completed,
            _ => BuildStepStatus.Cached,
        },
        Done = transfer.Done,
        Total = transfer.Blob.Size,
    };

    // "sha256:" and the digits that lists show.
    private static string Short(TransferProgress transfer) => transfer.Blob.Digest.ToString()[..("sha256:".Length + StoredModel.ShortIdLength)];
}
