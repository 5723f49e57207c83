using System.Diagnostics.CodeAnalysis;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Cli.Running;

/// <summary>What runs a model: an image's container, or a program of this machine.</summary>
/// <param name="Image">The image; null for a program.</param>
/// <param name="Program">The program as the user knows it; null for an image.</param>
internal sealed record Engine(string? Image, string? Program)
{
    /// <summary>llama.cpp's server for the processor.</summary>
    public const string DefaultImage = "ghcr.io/ggml-org/llama.cpp:server";

    /// <summary>llama.cpp's server for NVIDIA's GPUs; the one for the processor would not use them.</summary>
    public const string DefaultGpuImage = "ghcr.io/ggml-org/llama.cpp:server-cuda";

    /// <summary>Whether it is a container.</summary>
    [MemberNotNullWhen(true, nameof(Image))]
    [MemberNotNullWhen(false, nameof(Program))]
    public bool IsContainer => Image is not null;

    /// <summary>Whether it takes llama-server's arguments of the version that this tool knows.</summary>
    public bool IsLlamaServer => Image is not null || BinaryKinds.Of(Program!) is BinaryKind.LlamaServer or BinaryKind.Llama;

    /// <summary>
    /// What the user named, or what there is: a known program on the PATH needs no daemon and no other download, so it comes first; then Docker with
    /// llama.cpp's image.
    /// </summary>
    /// <param name="by">What the user named: an image with registry and tag, or a program; null for nothing.</param>
    /// <param name="usesGpus">Whether a container would have GPUs.</param>
    /// <param name="environment">Where programs are found.</param>
    public static async Task<Engine> ChooseAsync(string? by, Func<Task<bool>> usesGpus, CliEnvironment environment) =>
        by is not null
            ? IsStrictImage(by) ? new Engine(by, null) : new Engine(null, by)
            : BinaryKinds.Servers.FirstOrDefault(name => ProgramPath.Find(environment, name) is not null) is { } found
                ? new Engine(null, found)
                : new Engine(await usesGpus().ConfigureAwait(false) ? DefaultGpuImage : DefaultImage, null);

    // As for the original, what leaves out the registry or the tag is a program's name.
    private static bool IsStrictImage(string text) =>
        ImageReference.TryParse(text, out var reference)
        && (reference.Tag is not null || !reference.Digest.IsEmpty)
        && text.Split('/') is [var registry, _, ..]
        && (registry.AsSpan().ContainsAny('.', ':') || registry == "localhost");
}
