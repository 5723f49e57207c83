using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Cli.Verifying;

/// <summary>The files of a model. Only their headers are read.</summary>
/// <param name="Parts">The files in order; none if the first one cannot be read.</param>
/// <param name="Findings">What is wrong with the files as such.</param>
internal sealed record GgufParts(ImmutableArray<GgufPart> Parts, ImmutableArray<Finding> Findings)
{
    private const string PartCount = "split.count";
    private const string PartNumber = "split.no";

    /// <summary>The keys: the first file's.</summary>
    public GgufMetadata Metadata => Parts[0].Header.Metadata;

    /// <summary>The tensors of all files.</summary>
    public IEnumerable<TensorInfo> Tensors => Parts.SelectMany(part => part.Header.Tensors);

    /// <summary>The architecture; empty if the header does not say.</summary>
    public string Architecture => Metadata.GetString("general.architecture") ?? "";

    /// <summary>Whether it is a LoRA adapter.</summary>
    public bool IsAdapter => Metadata.GetString("general.type") == "adapter";

    /// <summary>Whether it is a control vector.</summary>
    public bool IsControlVector => Architecture == "controlvector";

    /// <summary>Whether it is a multimodal projector.</summary>
    public bool IsProjector => Architecture == "clip";

    /// <summary>Opens a model.</summary>
    /// <param name="name">The first file's name or path.</param>
    /// <param name="open">Opens a file of this name as a stream that knows its length; null if there is none.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="FileNotFoundException">There is no first file.</exception>
    public static async Task<GgufParts> OpenAsync(string name, Func<string, Task<Stream?>> open, CancellationToken cancellationToken)
    {
        var parts = ImmutableArray.CreateBuilder<GgufPart>();
        var findings = ImmutableArray.CreateBuilder<Finding>();
        await AddAsync(name, await open(name).ConfigureAwait(false) ?? throw new FileNotFoundException($"There is no file '{name}'.")).ConfigureAwait(false);
        var count = parts.Count == 0 ? 1 : parts[0].Header.Metadata.GetInteger(PartCount) ?? 1;
        if (count <= 1)
        {
            return new GgufParts(parts.ToImmutable(), findings.ToImmutable());
        }

        if (GgufSplitName.TryParse(name) is not { } split || split.Count != count || split.Number != 1 || parts[0].Header.Metadata.GetInteger(PartNumber) != 0)
        {
            findings.Add(VerifyRules.MissingPart.Of(
                name, $"The file is one of {count}; llama.cpp finds the others only from the first one, if its name ends in -00001-of-{count:D5}.gguf."));
            return new GgufParts(parts.ToImmutable(), findings.ToImmutable());
        }

        for (var number = 2; number <= split.Count; number++)
        {
            var other = split.PathOf(number);
            if (await open(other).ConfigureAwait(false) is { } part)
            {
                await AddAsync(other, part).ConfigureAwait(false);
            }
            else
            {
                findings.Add(VerifyRules.MissingPart.Of(other, $"Part {number} of {count} is missing."));
            }
        }

        return new GgufParts(parts.ToImmutable(), findings.ToImmutable());

        async Task AddAsync(string partName, Stream file)
        {
            await using (file.ConfigureAwait(false))
            {
                try
                {
                    var header = GgufHeader.Read(file, partName, cancellationToken: cancellationToken);
                    parts.Add(new GgufPart(partName, header, file.Length));
                    findings.AddRange(TensorCheck.Check(partName, header, file.Length));
                }
                catch (GgufException error)
                {
                    findings.Add(VerifyRules.InvalidHeader.Of(partName, error.Message));
                }
            }
        }
    }
}
