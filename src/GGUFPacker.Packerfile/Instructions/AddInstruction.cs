using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary>
/// <c>ADD [flags] source… destination</c>: adds files of the build context, HTTP and Git sources, and heredocs.
/// Expanded: sources, destination, unquoted heredocs, owner, mode, checksum.
/// </summary>
public sealed record AddInstruction(SourceSpan Span, string Text) : Instruction(Span, Text)
{
    /// <summary>Paths and URLs.</summary>
    public required ImmutableArray<string> Sources { get; init; }

    /// <summary>Files given in place.</summary>
    public ImmutableArray<HeredocContent> Heredocs { get; init; } = [];

    /// <summary>Where they go; a trailing slash means a directory.</summary>
    public required string Destination { get; init; }

    /// <summary>Patterns of files to leave out.</summary>
    public ImmutableArray<string> Exclude { get; init; } = [];

    /// <summary><c>user[:group]</c>; null without.</summary>
    public string? Owner { get; init; }

    /// <summary>The octal mode; null without.</summary>
    public string? Mode { get; init; }

    /// <summary>Whether the layer is independent of those below.</summary>
    public bool Link { get; init; }

    /// <summary>Whether a Git source keeps its .git; null if not said.</summary>
    public bool? KeepGitDirectory { get; init; }

    /// <summary>Whether an archive is unpacked; null if not said.</summary>
    public bool? Unpack { get; init; }

    /// <summary><c>algorithm:hex</c> of an HTTP source, or what the commit of a Git source begins with; null without.</summary>
    public string? Checksum { get; init; }

    /// <inheritdoc/>
    public override AddInstruction Expand(WordExpander expander, IReadOnlyDictionary<string, string> variables, ICollection<string>? unmatched = null)
    {
        var expansion = new Expansion(expander, variables, unmatched);
        return this with
        {
            Owner = expansion.Word(Owner),
            Mode = expansion.Word(Mode),
            Checksum = expansion.Word(Checksum),
            Sources = expansion.Words(Sources),
            Destination = expansion.Word(Destination),
            Heredocs = expansion.Heredocs(Heredocs),
        };
    }

    /// <inheritdoc/>
    public override ImmutableArray<Diagnostic> Verify()
    {
        if (string.IsNullOrEmpty(Checksum))
        {
            return [];
        }

        if (Sources is not [var source] || !Heredocs.IsEmpty || !(IsHttp(source) || IsRepository(source)))
        {
            return [Error(DiagnosticCodes.InvalidChecksum, "--checksum works with exactly one source, of http, https or git.")];
        }

        if (!IsHttp(source))
        {
            return Checksum.All(char.IsAsciiHexDigit) && Checksum.Length <= ChecksumFormat.LongestCommit
                ? []
                : [Error(DiagnosticCodes.InvalidChecksum, $"'{Checksum}' is no checksum of a repository: write the commit's hexadecimal digits, or the first of them.")];
        }

        return ChecksumFormat.IsValid(Checksum)
            ? []
            : [Error(
                DiagnosticCodes.InvalidChecksum,
                $"'{Checksum}' is no checksum: write sha256:, sha384: or sha512: and the digest in lower-case hexadecimal.")];
    }

    private static bool IsHttp(string source) =>
        (source.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || source.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            && !IsRepository(source);

    private static bool IsRepository(string source) => GitSource.Is(source) || source.StartsWith("hf://", StringComparison.OrdinalIgnoreCase);
}
