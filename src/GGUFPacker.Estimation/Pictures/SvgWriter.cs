using System.Globalization;
using System.Text;

namespace GGUFPacker.Estimation.Pictures;

/// <summary>Writes SVG elements: numbers are invariant and short, texts are escaped.</summary>
internal sealed class SvgWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>What was written.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>Opens an element.</summary>
    public SvgWriter Begin(string name, params ReadOnlySpan<(string Name, object Value)> attributes) => Element(name, attributes, ">\n");

    /// <summary>Closes an element.</summary>
    public SvgWriter End(string name)
    {
        _text.Append("</").Append(name).Append(">\n");
        return this;
    }

    /// <summary>Writes an element without content.</summary>
    public SvgWriter Empty(string name, params ReadOnlySpan<(string Name, object Value)> attributes) => Element(name, attributes, "/>\n");

    /// <summary>Writes an element with a text, such as <c>text</c>, <c>title</c> or <c>td</c>.</summary>
    public SvgWriter Text(string name, string content, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        Element(name, attributes, ">");
        _text.Append(Escape(content));
        return End(name);
    }

    /// <summary>Writes markup as it is.</summary>
    public SvgWriter Raw(string markup)
    {
        _text.Append(markup);
        return this;
    }

    /// <summary>A text that stands for itself, whatever is in it. Characters that XML does not know are replaced.</summary>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                < ' ' and not ('\t' or '\n' or '\r') or 0xFFFE or 0xFFFF => escaped.Append('\uFFFD'),
                _ => escaped.Append(rune),
            };
        }

        return escaped.ToString();
    }

    private SvgWriter Element(string name, ReadOnlySpan<(string Name, object Value)> attributes, string end)
    {
        _text.Append('<').Append(name);
        foreach (var (attribute, value) in attributes)
        {
            _text.Append(' ').Append(attribute).Append("=\"").Append(Escape(Format(value))).Append('"');
        }

        _text.Append(end);
        return this;
    }

    private static string Format(object value) => value switch
    {
        double number => number.ToString("0.##", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
