using System.Collections.Immutable;
using GGUFPacker.Packerfile.Ignoring;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Build.Graph;

/// <content>ADD and COPY. Each is one node and one layer, however many sources it has.</content>
internal sealed partial class StageDispatcher
{
    private void Add(AddInstruction add)
    {
        var sources = ImmutableArray.CreateBuilder<CopySource>();
        foreach (var source in add.Sources)
        {
            try
            {
                // A source elsewhere is a file system of its own, and is copied from as a stage would be. As in a Dockerfile, archives of the context are
                // unpacked unasked.
                sources.Add(!RemoteSource.Is(source)
                    ? new(Context(add.Span), source, add.Unpack != false)
                    : RemoteSource.Open(source, add)
                        ?? throw new FormatException("it is no address that ADD reads: http, https, hf, a git repository (….git, git://, ssh://, user@host:path), or a path"));
            }
            catch (FormatException error)
            {
                diagnostics.Error(GraphDiagnosticCodes.InvalidRequest, add.Span, $"ADD {source}: {error.Message}.");
            }
        }

        PushCopy(add, sources.ToImmutable(), add.Heredocs, add.Destination, add.Mode, (add.Exclude, Parents: false, add.Owner, add.Link));
    }

    private void Copy(CopyInstruction copy)
    {
        if (copy.Sources.FirstOrDefault(RemoteSource.Is) is { } remote)
        {
            diagnostics.Error(GraphDiagnosticCodes.RemoteSource, copy.Span, $"COPY {remote}: COPY reads no network; write ADD.");
            return;
        }

        var from = copy.From is null ? Context(copy.Span) : resolveFrom(new(copy.From, copy.Span));
        if (from is not null)
        {
            PushCopy(
                copy,
                [.. copy.Sources.Select(source => new CopySource(from, source))],
                copy.Heredocs,
                copy.Destination,
                copy.Mode,
                (copy.Exclude, copy.Parents, copy.Owner, copy.Link));
        }
    }

    private void PushCopy(
        Instruction instruction,
        ImmutableArray<CopySource> sources,
        ImmutableArray<HeredocContent> heredocs,
        string destination,
        string? mode,
        (ImmutableArray<string> Exclude, bool Parents, string? Owner, bool Link) options)
    {
        ModeChange? change = null;
        try
        {
            change = string.IsNullOrEmpty(mode) ? null : ModeChange.Parse(mode);
        }
        catch (FormatException error)
        {
            diagnostics.Error(GraphDiagnosticCodes.InvalidMode, instruction.Span, $"--chmod: {error.Message}");
        }

        try
        {
            _ = new IgnorePatterns(options.Exclude);
        }
        catch (FormatException error)
        {
            diagnostics.Error(Packerfile.Diagnostics.DiagnosticCodes.InvalidFlagValue, instruction.Span, $"--exclude: {error.Message}");
        }

        Push(instruction, new CopyNode
        {
            Name = NameOf(instruction),
            Span = instruction.Span,
            Base = _root,
            Sources = sources,
            Files = Files(heredocs),
            Destination = destination,
            Exclude = options.Exclude,
            Parents = options.Parents,
            Owner = string.IsNullOrEmpty(options.Owner) ? null : options.Owner,
            Mode = change,
            Link = options.Link,
        });
    }
}
