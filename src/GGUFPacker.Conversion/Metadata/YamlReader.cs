using GGUFPacker.Conversion.Checkpoints;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace GGUFPacker.Conversion.Metadata;

/// <summary>Reads a YAML document as PyYAML's safe loader does: the last of equal keys wins, tags beyond YAML's own are refused.</summary>
internal sealed class YamlReader
{
    private const int MaximumDepth = 64;
    private const string TagPrefix = "tag:yaml.org,2002:";

    private readonly IParser _parser;
    private readonly Dictionary<AnchorName, MetadataValue?> _anchors = [];

    private YamlReader(IParser parser) => _parser = parser;

    /// <summary>Reads the only document of a text; null if there is none.</summary>
    /// <exception cref="CheckpointException">The text is no YAML; the message names README.md.</exception>
    public static MetadataValue? Read(string text)
    {
        var control = text.AsSpan().IndexOfAnyInRange('\0', '\b');
        if (control >= 0)
        {
            throw new CheckpointException($"Cannot read README.md: its YAML holds the control character U+{(int)text[control]:X4}.");
        }

        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                return null;
            }

            var value = new YamlReader(parser).ReadNode(0);
            parser.Consume<DocumentEnd>();
            return parser.TryConsume<StreamEnd>(out _)
                ? value
                : throw new CheckpointException("Cannot read README.md: the part between the lines '---' must be one YAML document.");
        }
        catch (YamlException exception)
        {
            throw new CheckpointException(
                $"Cannot read README.md: the part between the lines '---' is not valid YAML"
                + $" (line {exception.Start.Line + 1}, column {exception.Start.Column}: {exception.Message})",
                exception);
        }
        catch (Exception exception) when (exception is not CheckpointException)
        {
            // The scanner of YamlDotNet 18 throws InvalidOperationException and others for some broken texts.
            throw new CheckpointException($"Cannot read README.md: the part between the lines '---' is not valid YAML ({exception.Message})", exception);
        }
    }

    private MetadataValue? ReadNode(int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new CheckpointException($"Cannot read README.md: its YAML is more than {MaximumDepth} levels deep.");
        }

        switch (_parser.Current)
        {
            case AnchorAlias alias:
                _parser.MoveNext();
                return _anchors.TryGetValue(alias.Value, out var shared)
                    ? shared
                    : throw new CheckpointException($"Cannot read README.md: its YAML has no anchor '{alias.Value}', or it is inside itself.");
            case Scalar scalar:
                _parser.MoveNext();
                return Anchored(scalar, ScalarValue(scalar));
            case SequenceStart start:
                _parser.MoveNext();
                RefuseTag(start, "seq");
                var items = new List<MetadataValue?>();
                while (!_parser.TryConsume<SequenceEnd>(out _))
                {
                    items.Add(ReadNode(depth + 1));
                }

                return Anchored(start, new MetadataValue.Sequence(items));
            case MappingStart start:
                _parser.MoveNext();
                RefuseTag(start, "map");
                return Anchored(start, ReadMapping(depth));
            default:
                throw new CheckpointException("Cannot read README.md: its YAML ends too soon.");
        }
    }

    private MetadataValue.Mapping ReadMapping(int depth)
    {
        var merged = new Dictionary<string, MetadataValue?>(StringComparer.Ordinal);
        var own = new Dictionary<string, MetadataValue?>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (_parser.Current is Scalar { Value: "<<", Style: ScalarStyle.Plain })
            {
                _parser.MoveNext();
                Merge(merged, ReadNode(depth + 1));
                continue;
            }

            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key is MetadataValue.Text text)
            {
                own[text.Value] = value;
            }
            else if (key is MetadataValue.Sequence or MetadataValue.Mapping)
            {
                throw new CheckpointException($"Cannot read README.md: {key.Kind} cannot be a key.");
            }
        }

        foreach (var (key, value) in own)
        {
            merged[key] = value;
        }

        return new MetadataValue.Mapping(merged);
    }

    /// <summary>The members of one or several mappings; of several, the first that has a key wins.</summary>
    private static void Merge(Dictionary<string, MetadataValue?> members, MetadataValue? value)
    {
        IEnumerable<MetadataValue?> mappings = value is MetadataValue.Sequence sequence ? sequence.Items.Reverse() : [value];
        foreach (var mapping in mappings)
        {
            if (mapping is not MetadataValue.Mapping { Members: var inherited })
            {
                throw new CheckpointException("Cannot read README.md: '<<' needs a mapping or a list of mappings.");
            }

            foreach (var (key, member) in inherited)
            {
                members[key] = member;
            }
        }
    }

    private static MetadataValue? ScalarValue(Scalar scalar)
    {
        if (scalar.Tag.IsEmpty || scalar.Tag.IsNonSpecific)
        {
            var isPlain = scalar.Style == ScalarStyle.Plain && !scalar.Tag.IsNonSpecific;
            return isPlain ? YamlScalars.Resolve(scalar.Value) : new MetadataValue.Text(scalar.Value);
        }

        return scalar.Tag.Value switch
        {
            TagPrefix + "str" => new MetadataValue.Text(scalar.Value),
            TagPrefix + "int" => new MetadataValue.Integer(YamlScalars.ParseInteger(scalar.Value)),
            TagPrefix + "float" => new MetadataValue.Real(YamlScalars.ParseReal(scalar.Value)),
            TagPrefix + "null" => null,
            TagPrefix + "bool" when YamlScalars.Resolve(scalar.Value.ToLowerInvariant()) is MetadataValue.Flag flag => flag,
            TagPrefix + "timestamp" when YamlScalars.Resolve(scalar.Value) is MetadataValue.Other date => date,
            TagPrefix + "binary" => new MetadataValue.Other("binary data"),
            var tag => throw new CheckpointException($"Cannot read README.md: the YAML tag '{tag}' is unknown or does not fit '{scalar.Value}'."),
        };
    }

    private static void RefuseTag(NodeEvent node, string allowed)
    {
        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific && node.Tag.Value != TagPrefix + allowed)
        {
            throw new CheckpointException($"Cannot read README.md: the YAML tag '{node.Tag.Value}' is not supported here.");
        }
    }

    private MetadataValue? Anchored(NodeEvent node, MetadataValue? value)
    {
        if (!node.Anchor.IsEmpty)
        {
            _anchors[node.Anchor] = value;
        }

        return value;
    }
}
