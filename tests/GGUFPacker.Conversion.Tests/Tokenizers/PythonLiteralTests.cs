using GGUFPacker.Conversion.Tokenizers;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

public sealed class PythonLiteralTests
{
    [Theory]
    [InlineData("'a'", "61")]
    [InlineData("\"it's\"", "69742773")]
    [InlineData(@"'\x00\n\t\\\''", "000A095C27")]
    [InlineData(@"b'\xff\xfe'", "FFFE")]
    [InlineData("'é'", "C3A9")]
    [InlineData(@"'\u00e9\U0001F600'", "C3A9F09F9880")]
    [InlineData(@"'\101\0'", "4100")]
    public void A_literal_has_its_bytes(string literal, string bytes)
    {
        Assert.Equal(bytes, Convert.ToHexString(PythonLiteral.ReadBytes(literal)!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("'")]
    [InlineData("a")]
    [InlineData("'a")]
    [InlineData("'a\"")]
    [InlineData("'a'b'")]
    [InlineData(@"'\'")]
    [InlineData(@"'\x1'")]
    [InlineData(@"'\q'")]
    [InlineData(@"'\ud800'")]
    [InlineData("b'é€'")]
    [InlineData(@"b'\u00e9'")]
    public void What_is_no_literal_is_refused(string literal)
    {
        Assert.Null(PythonLiteral.ReadBytes(literal));
    }

    [Theory]
    [InlineData("61", "a")]
    [InlineData("00FF7F", @"\x00\xff\x7f")]
    [InlineData("090A0D5C", @"\t\n\r\\")]
    [InlineData("27", "'")]
    [InlineData("22", "\"")]
    [InlineData("2722", @"\'""")]
    public void Bytes_are_written_as_python_does(string bytes, string text)
    {
        Assert.Equal(text, PythonLiteral.Escape(Convert.FromHexString(bytes)));
    }
}
