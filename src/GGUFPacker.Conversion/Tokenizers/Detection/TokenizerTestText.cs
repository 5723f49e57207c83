using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace GGUFPacker.Conversion.Tokenizers.Detection;

/// <summary>The text by whose token ids llama.cpp's converter recognizes a tokenizer.</summary>
internal static class TokenizerTestText
{
    /// <summary>The text: white space, emoji, digits, scripts, quotes and contractions.</summary>
    public const string Text =
        "\n \n\n \n\n\n \t \t\t \t\n  \n   \n    \n     \n🚀 (normal) 😶\u200D🌫\uFE0F (multiple emojis concatenated) ✅ 🦙🦙 " +
        "3 33 333 3333 33333 333333 3333333 33333333 3.3 3..3 3...3 កាន់តែពិសេសអាច😁 ?我想在apple工作1314151天～ ------======= " +
        "нещо на Български ''''''```````\"\"\"\"......!!!!!!?????? I've been 'told he's there, 'RE you sure? 'M not " +
        "sure I'll make it, 'D you like some tea? We'Ve a'lL";

    /// <summary>The hash that stands for a tokenizer: SHA-256, in lower-case hexadecimal, of the ids written as a Python list.</summary>
    public static string Hash(IEnumerable<int> ids)
    {
        var list = $"[{string.Join(", ", ids.Select(id => id.ToString(CultureInfo.InvariantCulture)))}]";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(list)));
    }
}
