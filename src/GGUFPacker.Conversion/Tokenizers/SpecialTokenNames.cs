using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>
/// Which texts are a tokenizer's special tokens, and whether a text gets them. tokenizer_config.json names them, and tokenizer.json's post-processor shows
/// which ones it puts around a text, which may replace a name: a text that ends in another token than the EOS makes that one the EOS, and the old one the EOT.
/// </summary>
/// <remarks>
/// A name in tokenizer_config.json is a string or an object with a content. llama.cpp's converter compares the whole value with the post-processor's string,
/// so an object never equals it; that decides which keys are written, and is kept.
/// </remarks>
internal sealed class SpecialTokenNames
{
    private readonly Dictionary<string, JsonElement> _names = new(StringComparer.Ordinal);
    private readonly List<string> _types;

    /// <summary>Creates the names from tokenizer_config.json.</summary>
    /// <param name="configuration">The file's root; undefined without the file.</param>
    /// <param name="types">The types to look for, such as "bos".</param>
    public SpecialTokenNames(JsonElement configuration, ImmutableArray<string> types)
    {
        _types = [.. types];
        if (configuration.ValueKind != JsonValueKind.Object || !configuration.EnumerateObject().Any())
        {
            return;
        }

        HasConfiguration = true;
        foreach (var type in (IEnumerable<string>)[.. types, "bos", "eos", "cls", "sep", "eot", "eom"])
        {
            if (configuration.Property($"{type}_token") is { } value)
            {
                _names[type] = value;
            }
        }
    }

    /// <summary>Whether there is a tokenizer_config.json with anything in it.</summary>
    public bool HasConfiguration { get; }

    /// <summary>The types, with those that the post-processor brought in.</summary>
    public IReadOnlyList<string> Types => _types;

    /// <summary>Whether a text gets a token, by type.</summary>
    public OrderedDictionary<string, bool> Additions { get; } = new(StringComparer.Ordinal);

    /// <summary>The text of a type's token, or null.</summary>
    public string? TextOf(string type) => _names.TryGetValue(type, out var value)
        ? value.ValueKind == JsonValueKind.String ? value.Unescape() : value.Text("content")
        : null;

    /// <summary>Draws conclusions from the post-processor. To be called once, before the names are used.</summary>
    public void ReadPostProcessors(ImmutableArray<TokenizerStep> steps)
    {
        var bos = ValueOf("bos");
        var eos = ValueOf("eos");
        var cls = ValueOf("cls");
        var sep = ValueOf("sep");
        if (bos is null && cls is not null)
        {
            bos = SetName("bos", cls.Value);
        }

        if (eos is null && sep is not null)
        {
            eos = SetName("eos", sep.Value);
        }

        foreach (var step in steps)
        {
            if (step.Type == "RobertaProcessing")
            {
                Additions["bos"] = true;
                Additions["eos"] = true;
                Additions["sep"] = true;
                if (cls is null && HasConfiguration && (step.Fields.Elements("cls").Cast<JsonElement?>().FirstOrDefault() ?? bos) is { } newCls)
                {
                    cls = SetName("cls", newCls);
                }

                if (sep is null && HasConfiguration && (step.Fields.Elements("sep").Cast<JsonElement?>().FirstOrDefault() ?? eos) is { } newSep)
                {
                    sep = SetName("sep", newSep);
                }
            }
            else if (step.Type == "TemplateProcessing")
            {
                var single = step.Fields.Elements("single").ToList();
                var first = single.Count > 1 ? SpecialToken(single[0]) : null;
                var last = single.Count > 1 ? SpecialToken(single[^1]) : null;
                ReadFirst(first, ref bos, ref cls);
                ReadLast(last, ref eos);
                ReadPair(step.Fields.Elements("pair").ToList(), first, last, sep, eos);
            }
        }
    }

    private void ReadFirst(JsonElement? first, ref JsonElement? bos, ref JsonElement? cls)
    {
        if (first is null)
        {
            return;
        }

        if (!HasConfiguration)
        {
            bos = first;
        }
        else if (!AreEqual(first, bos) && !AreEqual(first, cls))
        {
            bos ??= SetName("bos", first.Value);
            cls ??= SetName("cls", first.Value);
        }

        Additions["bos"] = AreEqual(first, bos) || AreEqual(first, cls);
    }

    private void ReadLast(JsonElement? last, ref JsonElement? eos)
    {
        if (last is null)
        {
            return;
        }

        if (!HasConfiguration)
        {
            eos = last;
        }
        else if (!AreEqual(last, eos))
        {
            if ((!_types.Contains("eot") ? "eot" : !_types.Contains("eom") ? "eom" : null) is { } type)
            {
                _types.Add(type);
                if (eos is null)
                {
                    _names.Remove(type);
                }
                else
                {
                    SetName(type, eos.Value);
                }
            }

            eos = SetName("eos", last.Value);
        }

        Additions["eos"] = AreEqual(last, eos);
    }

    // What stands between the two texts of a pair: A [sep] [eos] B.
    private void ReadPair(List<JsonElement> pair, JsonElement? first, JsonElement? last, JsonElement? sep, JsonElement? eos)
    {
        if (pair.Count > 0 && first is not null && AreEqual(SpecialToken(pair[0]), first))
        {
            pair = pair[1..];
        }

        if (pair.Count > 0 && last is not null && AreEqual(SpecialToken(pair[^1]), last))
        {
            pair = pair[..^1];
        }

        if (pair.Count < 3 || Sequence(pair[0]) != "A" || Sequence(pair[^1]) != "B")
        {
            return;
        }

        var between = pair[1..^1];
        var addSep = last is null && IsSeparator(between[0]);
        if (between.Count == 2)
        {
            addSep |= IsSeparator(between[1]);
        }

        Additions["sep"] = addSep;
        if (addSep && sep is null && HasConfiguration && eos is not null)
        {
            SetName("sep", eos.Value);
        }

        bool IsSeparator(JsonElement entry) => SpecialToken(entry) is { } token && (AreEqual(token, sep) || AreEqual(token, eos));
    }

    private JsonElement SetName(string type, JsonElement value) => _names[type] = value;

    // Empty strings and objects count as absent.
    private JsonElement? ValueOf(string type) => _names.TryGetValue(type, out var value) && !IsEmpty(value) ? value : null;

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.ValueEquals(""),
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.False => true,
        _ => false,
    };

    private static JsonElement? SpecialToken(JsonElement entry) => entry.Property("SpecialToken")?.Property("id") is { } id && !IsEmpty(id) ? id : null;

    private static string? Sequence(JsonElement entry) => entry.Property("Sequence")?.Text("id");

    private static bool AreEqual(JsonElement? left, JsonElement? right) =>
        left is { ValueKind: JsonValueKind.String } && right is { ValueKind: JsonValueKind.String } && left.Value.Unescape() == right.Value.Unescape();
}
