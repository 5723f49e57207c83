using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Build.Embedded.Files;

/// <summary>
/// A file's bytes, wherever they are: in the store, in a directory of the user's, or not written yet.
/// A step asks for no more than it needs: an identity for its cache key, a model to read, or bytes in the store.
/// </summary>
internal abstract class FileContent
{
    /// <summary>What identifies the bytes in cache keys: their digest, or the key of the step that gives them.</summary>
    public abstract ValueTask<string> IdentifyAsync(CancellationToken cancellationToken);

    /// <summary>The bytes in the store; brings them there first.</summary>
    public abstract ValueTask<StoredFile> StoreAsync(CancellationToken cancellationToken);

    /// <summary>A path the bytes can be read from; never to be written to.</summary>
    public virtual async ValueTask<string> LocateAsync(CancellationToken cancellationToken) => (await StoreAsync(cancellationToken).ConfigureAwait(false)).Path;

    /// <summary>The bytes as a GGUF model, read on demand; the caller disposes it.</summary>
    public virtual async ValueTask<IGgufModel> OpenModelAsync(CancellationToken cancellationToken) =>
        await GgufFile.OpenAsync(await LocateAsync(cancellationToken).ConfigureAwait(false), cancellationToken: cancellationToken).ConfigureAwait(false);

    /// <summary>Makes sure that bytes of the user's are as the build saw them first.</summary>
    /// <exception cref="Steps.StepException">They are not.</exception>
    public virtual void CheckUnchanged()
    {
    }
}
