using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Gguf.Quantization.Importance;

/// <summary>
/// An importance matrix on disk: for the tensors of a model how much each column matters, measured by llama-imatrix. Quantizing weighs its errors with it.
/// Weights are read on demand, from any number of threads, so the size of the matrix does not matter.
/// </summary>
public sealed class ImportanceMatrix : IDisposable
{
    // The magic of GGUF; everything else is the format before it.
    private static ReadOnlySpan<byte> GgufMagic => "GGUF"u8;

    private readonly ImportanceFile _file;

    private ImportanceMatrix(ImportanceFile file, ImportanceContent content, ImatrixOptions options)
    {
        _file = file;
        Datasets = content.Datasets;
        ChunkCount = content.ChunkCount;
        RecordedPath = options.RecordedPath ?? options.Path;
        TotalEntryCount = content.Entries.Count;
        Entries = content.Entries.Where(entry => options.Selects(entry.Key)).ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <summary>The entries that are used, by the name of the tensor.</summary>
    public ImmutableSortedDictionary<string, ImportanceEntry> Entries { get; }

    /// <summary>The number of entries in the file, those that are not used included.</summary>
    public int TotalEntryCount { get; }

    /// <summary>The names of the texts that it was computed on.</summary>
    public ImmutableArray<GgufString> Datasets { get; }

    /// <summary>The number of pieces of text that it was computed on; 0 if unknown.</summary>
    public int ChunkCount { get; }

    /// <summary>What the file is called in the output.</summary>
    internal string RecordedPath { get; }

    /// <summary>Opens a file in either format and checks all of it.</summary>
    /// <param name="options">The file, and which entries to use.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="GgufException">The file is invalid, or a weight that would be used is infinite or NaN.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static ImportanceMatrix Open(ImatrixOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var file = new ImportanceFile(options.Path);
        try
        {
            Span<byte> magic = stackalloc byte[4];
            file.Read(0, magic, "its first bytes");
            var content = magic.SequenceEqual(GgufMagic)
                ? GgufImportanceReader.Read(file, cancellationToken)
                : new LegacyImportanceReader(file).Read(cancellationToken);
            var matrix = new ImportanceMatrix(file, content, options);
            matrix.RequireFinite(cancellationToken);
            return matrix;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads weights of an entry.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="first">The first weight.</param>
    /// <param name="destination">Filled with the weights from there on.</param>
    /// <exception cref="ArgumentOutOfRangeException">The entry has no such weights.</exception>
    /// <exception cref="GgufException">The file has become shorter.</exception>
    public void Read(ImportanceEntry entry, long first, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, entry.Count - destination.Length);
        _file.Read(entry.Offset + (first * sizeof(float)), destination, $"the weights of '{entry.Name}'");

        var runLength = entry.Count / entry.Divisors.Length;
        for (var done = 0; done < destination.Length;)
        {
            var run = runLength == 0 ? entry.Divisors.Length : (first + done) / runLength;
            var isBehindLast = run >= entry.Divisors.Length;
            var end = isBehindLast ? destination.Length : (int)Math.Min(destination.Length, ((run + 1) * runLength) - first);
            var weights = destination[done..end];
            if (isBehindLast)
            {
                weights.Clear();
            }
            else if (entry.Divisors[(int)run] is var divisor && divisor == 0)
            {
                weights.Fill(1);
            }
            else
            {
                foreach (ref var weight in weights)
                {
                    weight /= divisor;
                }
            }

            done = end;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void RequireFinite(CancellationToken cancellationToken)
    {
        var weights = new float[Math.Min(64 * 1024, Entries.Values.Select(entry => entry.Count).DefaultIfEmpty().Max())];
        foreach (var (name, entry) in Entries)
        {
            for (var first = 0L; first < entry.Count; first += weights.Length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var run = weights.AsSpan(0, (int)Math.Min(weights.Length, entry.Count - first));
                Read(entry, first, run);
                var i = 0;
                while (i < run.Length && float.IsFinite(run[i]))
                {
                    i++;
                }

                if (i < run.Length)
                {
                    throw _file.Error(
                        $"weight {first + i} of '{name}' is {(float.IsNaN(run[i]) ? "NaN" : "infinite")}; compute the matrix again, on more text.");
                }
            }
        }
    }
}
