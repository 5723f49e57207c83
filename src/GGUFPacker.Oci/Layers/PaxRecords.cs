using System.Globalization;
using System.Text;

namespace GGUFPacker.Oci.Layers;

/// <summary>The records of a pax extension header that change what the next entry is.</summary>
internal readonly record struct PaxRecords(string? Path, string? LinkPath, long? Size, long? Modified)
{
    /// <summary>Reads the body of a pax header, a list of <c>LENGTH KEY=VALUE\n</c>.</summary>
    public static PaxRecords Parse(ReadOnlySpan<byte> body)
    {
        PaxRecords records = default;
        while (!body.IsEmpty)
        {
            var space = body.IndexOf((byte)' ');
            if (space is <= 0 or > 10 || !int.TryParse(Encoding.ASCII.GetString(body[..space]), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= space + 2 || length > body.Length || body[length - 1] != '\n')
            {
                throw Faulty();
            }

            var record = body[(space + 1)..(length - 1)];
            body = body[length..];
            var equals = record.IndexOf((byte)'=');
            if (equals <= 0)
            {
                throw Faulty();
            }

            records = records.With(Encoding.UTF8.GetString(record[..equals]), Encoding.UTF8.GetString(record[(equals + 1)..]));
        }

        return records;
    }

    private PaxRecords With(string key, string value)
    {
        switch (key)
        {
            case "path":
                return this with { Path = value };
            case "linkpath":
                return this with { LinkPath = value };
            case "size":
                return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                    ? this with { Size = size }
                    : throw new LayerException($"The layer is no tar: a pax header says size '{value}'.");
            case "mtime":
                var seconds = value.Split('.')[0];
                return long.TryParse(seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var modified)
                    ? this with { Modified = modified }
                    : this;
            case var sparse when sparse.StartsWith("GNU.sparse.", StringComparison.Ordinal):
                throw new LayerException("The layer has a sparse file, which is not supported.");
            default:
                return this;
        }
    }

    private static LayerException Faulty() => new("The layer is no tar: a pax header is faulty.");
}
