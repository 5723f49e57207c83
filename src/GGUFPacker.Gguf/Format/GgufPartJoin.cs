using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Format;

/// <summary>Checks that a file's tensors lie inside it, finds the other parts of a split model, and joins the parts' headers.</summary>
internal static class GgufPartJoin
{
    public static void RequireDataInside(GgufFilePart part)
    {
        var header = part.Header;
        var order = Enumerable.Range(0, header.Tensors.Length).Where(i => header.Tensors[i].ByteLength > 0).OrderBy(i => header.TensorOffsets[i]).ToArray();
        for (var i = 0; i < order.Length; i++)
        {
            var tensor = header.Tensors[order[i]];
            var offset = header.TensorOffsets[order[i]];
            if (tensor.ByteLength > part.Length - header.DataOffset - offset)
            {
                throw Error(
                    part,
                    $"it is truncated, the tensor '{tensor.Name}' of {tensor.ByteLength} bytes begins at offset {header.DataOffset + offset}, "
                    + $"but the file has {part.Length} bytes.");
            }

            if (i + 1 < order.Length && header.TensorOffsets[order[i + 1]] is var next && next - offset < tensor.ByteLength)
            {
                throw Error(part, $"the tensors '{tensor.Name}' and '{header.Tensors[order[i + 1]].Name}' overlap at offset {header.DataOffset + next}.");
            }
        }
    }

    /// <summary>The paths of the second and all further parts, which must exist; none if the file is not split.</summary>
    public static IEnumerable<string> OtherParts(GgufFilePart first, GgufLimits limits)
    {
        var others = OtherNames(first, limits);
        var missing = others.Where(other => !File.Exists(other)).ToArray();
        return missing.Length == 0
            ? others
            : throw Error(first, $"of its {others.Length + 1} parts {missing.Length} are missing: {string.Join(", ", missing)}.");
    }

    /// <summary>The paths of the second and all further parts; none if the file is not split.</summary>
    public static ImmutableArray<string> OtherNames(GgufFilePart first, GgufLimits limits)
    {
        var count = first.Header.Metadata.GetInteger(GgufSplitPlan.CountKey) ?? 1;
        if (count <= 1)
        {
            return [];
        }

        if (count > limits.MaxParts)
        {
            throw Error(first, $"it claims to be one of {count} parts; the limit is {limits.MaxParts}.");
        }

        var name = GgufSplitName.TryParse(first.FilePath);
        if (name is null || name.Count != count)
        {
            throw Error(first, $"it is one of {count} parts, so its name must end in -00001-of-{count:D5}.gguf for the others to be found.");
        }

        if (name.Number != 1 || first.Header.Metadata.GetInteger(GgufSplitPlan.NumberKey) != 0)
        {
            throw Error(first, $"it is part {name.Number} of {count}; open the first part, {name.PathOf(1)}.");
        }

        return [.. Enumerable.Range(2, (int)count - 1).Select(name.PathOf)];
    }

    public static (GgufMetadata Metadata, ImmutableArray<TensorInfo> Tensors, ImmutableArray<GgufTensorLocation> Locations) Join(
        ImmutableArray<GgufFilePart> parts)
    {
        var tensors = ImmutableArray.CreateBuilder<TensorInfo>();
        var locations = ImmutableArray.CreateBuilder<GgufTensorLocation>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < parts.Length; i++)
        {
            var header = parts[i].Header;
            if (parts.Length > 1)
            {
                RequirePart(parts[i], i, parts.Length);
            }

            for (var j = 0; j < header.Tensors.Length; j++)
            {
                if (!names.Add(header.Tensors[j].Name))
                {
                    throw Error(parts[i], $"the tensor '{header.Tensors[j].Name}' is also in an earlier part.");
                }

                tensors.Add(header.Tensors[j]);
                locations.Add(new GgufTensorLocation(i, header.DataOffset + header.TensorOffsets[j]));
            }
        }

        var metadata = parts[0].Header.Metadata;
        if (parts.Length > 1)
        {
            if (metadata.GetInteger(GgufSplitPlan.TensorsKey) is { } expected && expected != tensors.Count)
            {
                throw Error(parts[0], $"its parts hold {tensors.Count} tensors, but {GgufSplitPlan.TensorsKey} says {expected}.");
            }

            metadata = metadata.ToBuilder().Remove(GgufSplitPlan.NumberKey).Remove(GgufSplitPlan.CountKey).Remove(GgufSplitPlan.TensorsKey).Build();
        }

        return (metadata, tensors.ToImmutable(), locations.ToImmutable());
    }

    private static GgufException Error(GgufFilePart part, string message) => new($"Cannot read the GGUF file {part.FilePath}: {message}");

    private static void RequirePart(GgufFilePart part, int index, int count)
    {
        var metadata = part.Header.Metadata;
        if (metadata.GetInteger(GgufSplitPlan.NumberKey) != index || metadata.GetInteger(GgufSplitPlan.CountKey) != count)
        {
            throw Error(part, $"its {GgufSplitPlan.NumberKey} and {GgufSplitPlan.CountKey} do not say that it is part {index + 1} of {count}.");
        }
    }
}
