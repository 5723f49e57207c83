using System.Buffers;
using System.Globalization;
using System.Text;

namespace GGUFPacker.Build.Images;

/// <summary>
/// Writes JSON to the byte as Go's encoding/json does: no white space, <c>&lt; &gt; &amp;</c> and the two Unicode line separators escaped, exponents
/// only for numbers below 1e-6 and from 1e21 on.
/// Image configs are addressed by their digest, so the bytes matter, and .NET's writer escapes and counts otherwise.
/// </summary>
internal sealed class GoJsonWriter
{
    private readonly ArrayBufferWriter<byte> _output = new(16 * 1024);
    private bool _comma;

    /// <summary>What was written so far.</summary>
    public ReadOnlyMemory<byte> Written => _output.WrittenMemory;

    /// <summary>Opens an object or array: <c>{</c> or <c>[</c>.</summary>
    public void Begin(char bracket)
    {
        Separate();
        Put((byte)bracket);
        _comma = false;
    }

    /// <summary>Closes an object or array.</summary>
    public void End(char bracket)
    {
        Put((byte)bracket);
        _comma = true;
    }

    /// <summary>A member's name; its value comes next.</summary>
    public GoJsonWriter Name(string name)
    {
        Text(name);
        Put((byte)':');
        _comma = false;
        return this;
    }

    public void Text(string text) => Text(Encoding.UTF8.GetBytes(text), reparsed: true);

    /// <summary>
    /// A string of bytes that ought to be UTF-8. Each byte that is not becomes <c>\ufffd</c>, or that character itself if <paramref
    /// name="reparsed"/>: what is left of it after Go has read it once.
    /// </summary>
    public void Text(ReadOnlySpan<byte> utf8, bool reparsed = false)
    {
        Separate();
        Put((byte)'"');
        while (!utf8.IsEmpty)
        {
            var first = utf8[0];
            if (first < 0x80)
            {
                PutAscii((char)first, reparsed);
                utf8 = utf8[1..];
                continue;
            }

            var status = Rune.DecodeFromUtf8(utf8, out var rune, out var consumed);
            if (status != OperationStatus.Done)
            {
                _output.Write(reparsed ? "\uFFFD"u8 : @"\ufffd"u8);
                utf8 = utf8[1..];
                continue;
            }

            _output.Write(rune.Value switch { 0x2028 => @"\u2028"u8, 0x2029 => @"\u2029"u8, _ => utf8[..consumed] });
            utf8 = utf8[consumed..];
        }

        Put((byte)'"');
        _comma = true;
    }

    public void Number(long value) => Raw(Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));

    public void Number(ulong value) => Raw(Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));

    public void Number(double value) => Raw(Encoding.ASCII.GetBytes(GoNumbers.Format(value)));

    public void Flag(bool value) => Raw(value ? "true"u8 : "false"u8);

    public void Null() => Raw("null"u8);

    /// <summary>A value that is JSON already.</summary>
    public void Raw(ReadOnlySpan<byte> json)
    {
        Separate();
        _output.Write(json);
        _comma = true;
    }

    private void PutAscii(char c, bool reparsed)
    {
        switch (c)
        {
            case '"': _output.Write("\\\""u8); break;
            case '\\': _output.Write(@"\\"u8); break;
            case '\n': _output.Write(@"\n"u8); break;
            case '\r': _output.Write(@"\r"u8); break;
            case '\t': _output.Write(@"\t"u8); break;

            // The short forms came with Go 1.22; the encoder of gguf-parser-go is another and has not got them.
            case '\b' when reparsed: _output.Write(@"\b"u8); break;
            case '\f' when reparsed: _output.Write(@"\f"u8); break;
            case < ' ' or '<' or '>' or '&':
                _output.Write(@"\u00"u8);
                Put((byte)"0123456789abcdef"[c >> 4]);
                Put((byte)"0123456789abcdef"[c & 15]);
                break;
            default: Put((byte)c); break;
        }
    }

    private void Separate()
    {
        if (_comma)
        {
            Put((byte)',');
        }
    }

    private void Put(byte value)
    {
        _output.GetSpan(1)[0] = value;
        _output.Advance(1);
    }
}
