using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Importance;
using GGUFPacker.Gguf.Quantization.Model;
using GGUFPacker.Gguf.Quantization.Policy;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>
/// QUANTIZE: the result is a file that is written when it is needed, from the source's model, whether that lies in a file or is converted on the way.
/// </summary>
internal sealed class QuantizeStep
{
    private const string Suffix = ".gguf";

    private readonly BuildSession _session;
    private readonly QuantizeNode _node;
    private readonly QuantizeSource _source;
    private readonly FileContent? _imatrix;
    private readonly FileContent? _tensorTypes;

    private QuantizeStep(BuildSession session, QuantizeNode node, StageTree onto, FileTree from, FileTree? imatrixFrom)
    {
        (_session, _node) = (session, node);
        _source = QuantizeSource.Find(node.Source, from);
        _imatrix = node.Imatrix is null ? null : QuantizeSource.RequireFile("importance matrix", node.Imatrix, imatrixFrom!);
        _tensorTypes = node.TensorTypeFile is null ? null : QuantizeSource.RequireFile("file of tensor types", node.TensorTypeFile, onto);
    }

    /// <summary>What the node puts onto its base.</summary>
    /// <exception cref="StepException">A file does not exist or the destination cannot take one.</exception>
    public static ValueTask<ImmutableSortedDictionary<string, TreeEntry>> RunAsync(
        BuildSession session, QuantizeNode node, StageTree onto, FileTree from, FileTree? imatrixFrom, CancellationToken cancellationToken) =>
        new QuantizeStep(session, node, onto, from, imatrixFrom).PlaceAsync(onto, cancellationToken);

    private async ValueTask<ImmutableSortedDictionary<string, TreeEntry>> PlaceAsync(StageTree onto, CancellationToken cancellationToken)
    {
        var options = QuantizeArguments.Parse(_node.Options, _node.Type);
        if (!options.KeepSplit)
        {
            return ModelFile.Place(
                _session,
                _node,
                onto,
                _node.Destination,
                new DerivedModel(DescribeAsync, async token => await OpenAsync(token).ConfigureAwait(false), CheckUnchanged));
        }

        // How many files there will be depends on the source's headers where layers are left out.
        var count = 1;
        if (_source.PartCount > 1)
        {
            using var model = await OpenAsync(cancellationToken).ConfigureAwait(false);
            count = model.Plan.Split!.Count;
        }

        var destination = _node.Destination;
        var prefix = destination.EndsWith(Suffix, StringComparison.Ordinal) ? destination[..^Suffix.Length] : destination;
        return ModelFile.PlaceParts(
            _session,
            _node,
            onto,
            [.. Enumerable.Range(1, count).Select(number => new GgufSplitName(prefix, number, count).ToString())],
            part => new DerivedModel(
                async token =>
                    $"{await DescribeAsync(token).ConfigureAwait(false)}\npart {part} of {count}", token => OpenPartAsync(part, token), CheckUnchanged));
    }

    private void CheckUnchanged()
    {
        _source.CheckUnchanged();
        _imatrix?.CheckUnchanged();
        _tensorTypes?.CheckUnchanged();
    }

    private async ValueTask<string> DescribeAsync(CancellationToken cancellationToken)
    {
        List<string> lines = ["quantize", .. _node.Options, _node.Type];
        if (_imatrix is not null)
        {
            lines.Add($"imatrix {RecordedPath} {await _imatrix.IdentifyAsync(cancellationToken).ConfigureAwait(false)}");
            lines.AddRange(_node.IncludeWeights.Select(part => "include " + part));
            lines.AddRange(_node.ExcludeWeights.Select(part => "exclude " + part));
        }

        if (_tensorTypes is not null)
        {
            lines.Add($"tensor types {await _tensorTypes.IdentifyAsync(cancellationToken).ConfigureAwait(false)}");
        }

        lines.Add(await _source.IdentifyAsync(cancellationToken).ConfigureAwait(false));
        return string.Join('\n', lines);
    }

    private async ValueTask<QuantizedModel> OpenAsync(CancellationToken cancellationToken)
    {
        var options = await OptionsAsync(cancellationToken).ConfigureAwait(false);
        var source = await _source.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var model = QuantizedModel.Create(source, options, cancellationToken);
            foreach (var note in model.Plan.Notes)
            {
                _session.Note(_node, note);
            }

            return model;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private async ValueTask<IGgufModel> OpenPartAsync(int part, CancellationToken cancellationToken)
    {
        var model = await OpenAsync(cancellationToken).ConfigureAwait(false);
        return model.Plan.Split is { Count: > 1 } split ? new OwningPart(split.Part(model, part), model) : model;
    }

    private async ValueTask<QuantizeOptions> OptionsAsync(CancellationToken cancellationToken)
    {
        var options = QuantizeArguments.Parse(_node.Options, _node.Type);
        if (_tensorTypes is not null)
        {
            options = options with { TensorTypes = [.. options.TensorTypes, .. ReadTensorTypes(await _tensorTypes.LocateAsync(cancellationToken).ConfigureAwait(false))] };
        }

        return _imatrix is null ? options : options with
        {
            Imatrix = new ImatrixOptions
            {
                Path = await _imatrix.LocateAsync(cancellationToken).ConfigureAwait(false),
                RecordedPath = RecordedPath,
                IncludedWeights = _node.IncludeWeights,
                ExcludedWeights = _node.ExcludeWeights,
            },
        };
    }

    // As the file is called in the stage, and not where it lies on this machine: the result must not depend on that.
    private string RecordedPath => TreePath.Normalize(_node.Imatrix!);

    private IEnumerable<TensorTypeRule> ReadTensorTypes(string path)
    {
        try
        {
            return TensorTypeRule.ParseFile(path);
        }
        catch (FormatException error)
        {
            throw new StepException($"The file of tensor types '{_node.TensorTypeFile}' is faulty: {error.Message}", error);
        }
    }

    /// <summary>A part that is disposed with the model it belongs to.</summary>
    private sealed class OwningPart(IGgufModel part, IGgufModel whole) : IGgufModel
    {
        public GgufMetadata Metadata => part.Metadata;

        public ImmutableArray<Gguf.Tensors.TensorInfo> Tensors => part.Tensors;

        public void ReadRows(int index, long firstRow, Span<byte> destination) => part.ReadRows(index, firstRow, destination);

        public void Dispose()
        {
            part.Dispose();
            whole.Dispose();
        }
    }
}
