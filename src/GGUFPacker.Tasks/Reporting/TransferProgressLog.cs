using System.Collections.Concurrent;
using System.Globalization;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Registry;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace GGUFPacker.Tasks.Reporting;

/// <summary>A push's progress as messages.</summary>
/// <param name="log">Where messages go.</param>
/// <param name="clock">Tells when a blob has taken long.</param>
/// <param name="terminal">Shows the percentage of the blob on its way; null for none.</param>
internal sealed class TransferProgressLog(TaskLoggingHelper log, TimeProvider clock, TerminalProgress? terminal) : IProgress<TransferProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<Digest, long> _reported = new();

    /// <inheritdoc />
    public void Report(TransferProgress value)
    {
        var name = FormattableString.Invariant($"{value.Blob.Digest} ({value.Blob.Size} bytes)");
        switch (value.Status)
        {
            case TransferStatus.Started:
                _reported[value.Blob.Digest] = clock.GetTimestamp();
                break;
            case TransferStatus.Advanced when value.Blob.Size > 0:
                Advance(value, name);
                break;
            case TransferStatus.Completed:
                log.LogMessage(MessageImportance.Normal, "{0} pushed", name);
                break;
            case TransferStatus.Present or TransferStatus.Mounted:
                log.LogMessage(MessageImportance.Normal, "{0} is there already", name);
                break;
        }
    }

    private void Advance(TransferProgress value, string name)
    {
        var percent = 100 * Math.Min(value.Done, value.Blob.Size) / value.Blob.Size;
        terminal?.Show((int)percent);
        var last = _reported.GetOrAdd(value.Blob.Digest, _ => clock.GetTimestamp());
        if (clock.GetElapsedTime(last) >= Interval && _reported.TryUpdate(value.Blob.Digest, clock.GetTimestamp(), last))
        {
            log.LogMessage(MessageImportance.High, "{0} {1} %", name, percent.ToString(CultureInfo.InvariantCulture));
        }
    }
}
