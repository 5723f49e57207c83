using System.Collections.Immutable;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Build.Embedded.Files;

/// <summary>The model of a step that another step reads while it is made, without a file between them. The step is at work as long as it is open.</summary>
/// <param name="session">The build.</param>
/// <param name="node">The step.</param>
/// <param name="inner">Its model; owned by this one.</param>
/// <param name="cancellationToken">The build's: what is stopped has not done its work.</param>
internal sealed class PassingModel(BuildSession session, GraphNode node, IGgufModel inner, CancellationToken cancellationToken) : IGgufModel
{
    private const int Read = 1;
    private const int Ended = 2;

    private int _state;

    /// <inheritdoc/>
    public GgufMetadata Metadata => inner.Metadata;

    /// <inheritdoc/>
    public ImmutableArray<TensorInfo> Tensors => inner.Tensors;

    /// <summary>Begins a step and opens its model.</summary>
    public static async ValueTask<IGgufModel> OpenAsync(
        BuildSession session, GraphNode node, Func<CancellationToken, ValueTask<IGgufModel>> open, CancellationToken cancellationToken)
    {
        session.Report(node, BuildStepStatus.Started);
        session.Report(node, BuildStepStatus.Noted, detail: "Made while the next step reads it; no file is written.");
        return new PassingModel(session, node, await open(cancellationToken).ConfigureAwait(false), cancellationToken);
    }

    /// <inheritdoc/>
    public void ReadRows(int index, long firstRow, Span<byte> destination)
    {
        try
        {
            inner.ReadRows(index, firstRow, destination);
            Interlocked.CompareExchange(ref _state, Read, 0);
        }
        catch (Exception error) when (error is GgufException or CheckpointException or IOException)
        {
            if (Interlocked.Exchange(ref _state, Ended) != Ended)
            {
                session.Report(node, BuildStepStatus.Failed, detail: error.Message);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        inner.Dispose();
        if (Interlocked.Exchange(ref _state, Ended) == Read && !cancellationToken.IsCancellationRequested)
        {
            session.Report(node, BuildStepStatus.Completed);
        }
    }
}
