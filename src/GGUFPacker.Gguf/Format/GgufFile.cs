using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;
using Microsoft.Win32.SafeHandles;

namespace GGUFPacker.Gguf.Format;

/// <summary>
/// A GGUF file on disk, or the files of a split model as one. Opening reads the header only, so the size of the model does not matter;
/// tensor data is read on demand, from any number of threads.
/// </summary>
public sealed class GgufFile : IGgufModel
{
    private readonly ImmutableArray<SafeFileHandle> _handles;

    private GgufFile(ImmutableArray<GgufFilePart> parts, ImmutableArray<SafeFileHandle> handles)
    {
        Parts = parts;
        _handles = handles;
        (Metadata, Tensors, Locations) = GgufPartJoin.Join(parts);
    }

    /// <summary>The path that was opened: the first part's.</summary>
    public string FilePath => Parts[0].FilePath;

    /// <summary>The files of the model; one, unless the model is split.</summary>
    public ImmutableArray<GgufFilePart> Parts { get; }

    /// <summary>The first part's header.</summary>
    public GgufHeader Header => Parts[0].Header;

    /// <summary>The version of the format: 1, 2 or 3.</summary>
    public int Version => Header.Version;

    /// <summary>Whether the file's numbers are big-endian. <see cref="ReadRows"/> gives little-endian data all the same.</summary>
    public bool IsBigEndian => Header.IsBigEndian;

    /// <summary>What each tensor's data begins at a multiple of.</summary>
    public int Alignment => Header.Alignment;

    /// <summary>Where the tensor data begins in the first part.</summary>
    public long DataOffset => Header.DataOffset;

    /// <summary>Bytes of all parts together.</summary>
    public long Length => Parts.Sum(part => part.Length);

    /// <summary>The key-values, in file order; of a split model the first part's, without the split.* keys.</summary>
    public GgufMetadata Metadata { get; }

    /// <inheritdoc/>
    public ImmutableArray<TensorInfo> Tensors { get; }

    /// <summary>Where each tensor's data lies.</summary>
    public ImmutableArray<GgufTensorLocation> Locations { get; }

    /// <summary>Opens a file; if it is the first part of a split model, all parts of it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What the header may ask for; <see cref="GgufLimits.Default"/> if null.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <exception cref="GgufException">The file is invalid, a part is missing, or tensor data is outside the file.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static GgufFile Open(string path, GgufLimits? limits = null, CancellationToken cancellationToken = default) =>
        Open(path, first => GgufPartJoin.OtherParts(first, limits ?? GgufLimits.Default), limits, cancellationToken);

    /// <summary>Opens a split model whose files have names of their own, such as those of a store.</summary>
    /// <param name="paths">All parts of the model, in order.</param>
    /// <param name="limits">What the headers may ask for; <see cref="GgufLimits.Default"/> if null.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <exception cref="GgufException">A file is invalid, or they are not the parts of one model in order.</exception>
    /// <exception cref="IOException">A file cannot be opened.</exception>
    public static GgufFile OpenParts(IReadOnlyList<string> paths, GgufLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfZero(paths.Count);
        return Open(paths[0], _ => paths.Skip(1), limits, cancellationToken);
    }

    /// <summary>Opens only this file, also when it is a part of a split model; its split.* keys are kept.</summary>
    /// <inheritdoc cref="Open(string, GgufLimits?, CancellationToken)"/>
    public static GgufFile OpenPart(string path, GgufLimits? limits = null, CancellationToken cancellationToken = default) =>
        Open(path, _ => [], limits, cancellationToken);

    /// <summary>As <see cref="Open(string, GgufLimits?, CancellationToken)"/>, off the caller's thread.</summary>
    /// <inheritdoc cref="Open(string, GgufLimits?, CancellationToken)"/>
    public static Task<GgufFile> OpenAsync(string path, GgufLimits? limits = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Open(path, limits, cancellationToken), cancellationToken);

    /// <summary>As <see cref="OpenPart"/>, off the caller's thread.</summary>
    /// <inheritdoc cref="Open(string, GgufLimits?, CancellationToken)"/>
    public static Task<GgufFile> OpenPartAsync(string path, GgufLimits? limits = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => OpenPart(path, limits, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public void ReadRows(int index, long firstRow, Span<byte> destination)
    {
        var tensor = Tensors[index];
        var rowBytes = tensor.RowBytes;
        var rows = rowBytes == 0 ? 0 : destination.Length / rowBytes;
        if (rows * rowBytes != destination.Length || firstRow < 0 || firstRow > tensor.Rows - rows)
        {
            throw new ArgumentOutOfRangeException(
                nameof(firstRow),
                $"{destination.Length} bytes from row {firstRow} are no rows of the tensor '{tensor.Name}' ({tensor.Rows} rows of {rowBytes} bytes).");
        }

        var location = Locations[index];
        var part = Parts[location.Part];
        var offset = location.Offset + (firstRow * rowBytes);
        for (var filled = 0; filled < destination.Length;)
        {
            var read = RandomAccess.Read(_handles[location.Part], destination[filled..], offset + filled);
            if (read == 0)
            {
                throw new GgufException(
                    $"Cannot read the tensor '{tensor.Name}': the file {part.FilePath} has become shorter, it ends at offset {offset + filled}.");
            }

            filled += read;
        }

        if (part.Header.IsBigEndian)
        {
            GgufByteOrder.Reverse(destination, GgufByteOrder.SwapUnit(tensor.Type));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var handle in _handles)
        {
            handle.Dispose();
        }
    }

    private static GgufFile Open(
        string path, Func<GgufFilePart, IEnumerable<string>> otherParts, GgufLimits? limits, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        limits ??= GgufLimits.Default;
        var parts = ImmutableArray.CreateBuilder<GgufFilePart>();
        var handles = ImmutableArray.CreateBuilder<SafeFileHandle>();
        try
        {
            AddPart(path);
            foreach (var other in otherParts(parts[0]))
            {
                AddPart(other);
            }

            return new GgufFile(parts.ToImmutable(), handles.ToImmutable());
        }
        catch
        {
            foreach (var handle in handles)
            {
                handle.Dispose();
            }

            throw;
        }

        void AddPart(string partPath)
        {
            // Several threads read ahead of each other, but forward: the hint doubles what the system reads ahead of them.
            var handle = File.OpenHandle(partPath, options: FileOptions.SequentialScan);
            handles.Add(handle);
            using var stream = new GgufHandleStream(handle);
            var header = GgufHeader.Read(stream, partPath, limits, cancellationToken);
            var part = new GgufFilePart(partPath, RandomAccess.GetLength(handle), header);
            GgufPartJoin.RequireDataInside(part);
            parts.Add(part);
        }
    }
}
