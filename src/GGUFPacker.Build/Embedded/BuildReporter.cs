using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Embedded;

/// <summary>
/// What a build does, told as it happens and summed up at its end. A step is known by its node's digest, so one that several platforms or images share counts
/// once. Files are fetched several at a time, so it is called from any thread.
/// </summary>
internal sealed class BuildReporter(IProgress<BuildProgress>? progress)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Digest, int> _open = [];
    private readonly HashSet<Digest> _run = [];
    private readonly HashSet<Digest> _cached = [];
    private readonly Dictionary<Digest, (ContentOrigin Origin, long Size)> _contents = [];

    /// <summary>Steps that did work.</summary>
    public int StepsRun => _run.Count;

    /// <summary>Steps whose result the cache held.</summary>
    public int StepsCached => _cached.Count(step => !_run.Contains(step));

    /// <summary>What the contents cost.</summary>
    public BuildTotals Totals => new(Sum(ContentOrigin.Downloaded), Sum(ContentOrigin.Written), Sum(ContentOrigin.Reused));

    /// <summary>Tells an event of a step.</summary>
    public void Report(GraphNode node, BuildStepStatus status, long done = 0, long total = 0, string? detail = null)
    {
        lock (_lock)
        {
            Tell(node, status, done, total, detail);
        }
    }

    /// <summary>Tells an event of something that is no node's, and counts as no step.</summary>
    /// <param name="name">What it is; also what identifies it.</param>
    /// <param name="status">Where it stands.</param>
    /// <param name="done">Bytes done.</param>
    /// <param name="total">Bytes in all.</param>
    /// <param name="detail">What is being worked on.</param>
    public void Report(string name, BuildStepStatus status, long done = 0, long total = 0, string? detail = null)
    {
        lock (_lock)
        {
            // Bytes that are told of with a name are that part's.
            var part = status == BuildStepStatus.Advanced ? detail : null;
            var other = part is null ? detail : null;
            progress?.Report(new BuildProgress { Step = name, Name = name, Status = status, Part = part, Done = done, Total = total, Detail = other });
        }
    }

    /// <summary>A step begins to bring a file; the first one begins the step.</summary>
    public void BeginPart(GraphNode node, string part, long size)
    {
        lock (_lock)
        {
            var open = _open.GetValueOrDefault(node.Digest);
            _open[node.Digest] = open + 1;
            if (open == 0)
            {
                Tell(node, BuildStepStatus.Started);
            }

            Tell(node, BuildStepStatus.Advanced, 0, size, part: part);
        }
    }

    /// <summary>A file has advanced.</summary>
    public void AdvancePart(GraphNode node, string part, long done, long size)
    {
        lock (_lock)
        {
            Tell(node, BuildStepStatus.Advanced, done, size, part: part);
        }
    }

    /// <summary>A file is there; the last one ends the step.</summary>
    public void EndPart(GraphNode node, string part, long size)
    {
        lock (_lock)
        {
            Tell(node, BuildStepStatus.Advanced, size, size, part: part);
            if (--_open[node.Digest] == 0)
            {
                Tell(node, BuildStepStatus.Completed);
            }
        }
    }

    /// <summary>Counts a content that the build has used.</summary>
    public void Count(StoredFile file)
    {
        lock (_lock)
        {
            if (!_contents.TryGetValue(file.Digest, out var known) || known.Origin < file.Origin)
            {
                _contents[file.Digest] = (file.Origin, file.Size);
            }
        }
    }

    private void Tell(GraphNode node, BuildStepStatus status, long done = 0, long total = 0, string? detail = null, string? part = null)
    {
        _ = status switch
        {
            BuildStepStatus.Completed => _run.Add(node.Digest),
            BuildStepStatus.Cached => _cached.Add(node.Digest),
            _ => false,
        };
        progress?.Report(new BuildProgress
        {
            Step = node.Digest.ToString(),
            Name = node.Name,
            Status = status,
            Part = part,
            Done = done,
            Total = total,
            Detail = detail,
        });
    }

    private BuildVolume Sum(ContentOrigin origin) =>
        _contents.Values.Where(content => content.Origin == origin).Aggregate(default(BuildVolume), (sum, content) => sum.Add(content.Size));
}
