using System.Globalization;
using System.Text;
using System.Text.Json;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Content;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Cli.Output;

/// <summary>
/// Progress as a JSON object a line, in the form of BuildKit's SolveStatus: <c>vertexes</c>, <c>statuses</c> (bytes), <c>logs</c> and <c>warnings</c>.
/// </summary>
/// <param name="writer">Where lines go.</param>
/// <param name="time">The clock.</param>
internal sealed class JsonProgress(TextWriter writer, TimeProvider time) : IProgress<BuildProgress>
{
    // What a step's own bytes are called, which in BuildKit each have a name.
    private const string OwnBytes = "bytes";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly ProgressBoard _board = new(time);
    private readonly Dictionary<object, DateTimeOffset> _began = new(ReferenceEqualityComparer.Instance);

    /// <summary>Writes what a build warns about.</summary>
    public static void WriteWarning(TextWriter writer, Diagnostic diagnostic) => Write(writer, "warnings", json =>
    {
        json.WriteNumber("level", diagnostic.Severity == DiagnosticSeverity.Information ? 2 : 1);
        json.WriteBase64String("short", Encoding.UTF8.GetBytes($"{diagnostic.Code}: {diagnostic.Message}"));
        json.WriteStartObject("sourceInfo");
        json.WriteString("filename", diagnostic.Span.Path);
        json.WriteEndObject();
        if (diagnostic.Span.StartLine > 0)
        {
            json.WriteStartArray("range");
            json.WriteStartObject();
            WritePosition(json, "start", diagnostic.Span.StartLine);
            WritePosition(json, "end", Math.Max(diagnostic.Span.StartLine, diagnostic.Span.EndLine));
            json.WriteEndObject();
            json.WriteEndArray();
        }
    });

    /// <inheritdoc/>
    public void Report(BuildProgress value)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var step = _board.Find(value);
            var bytes = _board.Apply(step, value, out _);
            var vertex = Digest.TryParse(value.Step, out var digest) ? digest : Digest.Of(Encoding.UTF8.GetBytes(value.Step));
            if (value.Status == BuildStepStatus.Started)
            {
                _began[step] = now;
            }

            switch (value.Status)
            {
                case BuildStepStatus.Advanced:
                    Advance(vertex, value, bytes!, now);
                    break;
                case BuildStepStatus.Noted:
                    Write(writer, "logs", json =>
                    {
                        json.WriteString("vertex", vertex.ToString());
                        json.WriteBase64String("data", Encoding.UTF8.GetBytes(value.Detail + "\n"));
                        WriteTime(json, "timestamp", now);
                    });
                    break;
                default:
                    WriteVertex(vertex, value, _began.TryGetValue(step, out var began) ? began : now, now);
                    break;
            }
        }
    }

    private void Advance(Digest vertex, BuildProgress value, ProgressBytes bytes, DateTimeOffset now)
    {
        var isFirst = _began.TryAdd(bytes, now);
        var ends = bytes.Ended is not null;
        if (!isFirst && !ends && time.GetElapsedTime(bytes.Told) < Interval)
        {
            return;
        }

        bytes.Told = time.GetTimestamp();
        Write(writer, "statuses", json =>
        {
            json.WriteString("id", value.Part ?? OwnBytes);
            json.WriteString("vertex", vertex.ToString());
            if (value.Detail is { Length: > 0 })
            {
                json.WriteString("name", value.Detail);
            }

            if (value.Total > 0)
            {
                json.WriteNumber("total", value.Total);
            }

            json.WriteNumber("current", value.Done);
            WriteTime(json, "timestamp", now);
            WriteTime(json, "started", _began[bytes]);
            if (ends)
            {
                WriteTime(json, "completed", now);
            }
        });
    }

    private void WriteVertex(Digest vertex, BuildProgress value, DateTimeOffset began, DateTimeOffset now) => Write(writer, "vertexes", json =>
    {
        json.WriteString("digest", vertex.ToString());
        json.WriteString("name", value.Name);
        WriteTime(json, "started", began);
        if (value.Status != BuildStepStatus.Started)
        {
            WriteTime(json, "completed", now);
        }

        if (value.Status == BuildStepStatus.Cached)
        {
            json.WriteBoolean("cached", true);
        }

        if (value.Status == BuildStepStatus.Failed)
        {
            json.WriteString("error", value.Detail ?? "failed");
        }
    });

    // Each line is a status with one entry.
    private static void Write(TextWriter writer, string list, Action<Utf8JsonWriter> write) => writer.WriteLine(JsonText.Line(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray(list);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }));

    private static void WritePosition(Utf8JsonWriter json, string name, int line)
    {
        json.WriteStartObject(name);
        json.WriteNumber("line", line);
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset when) =>
        json.WriteString(name, when.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
}
