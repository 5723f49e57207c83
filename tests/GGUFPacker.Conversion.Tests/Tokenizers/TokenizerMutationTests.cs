using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

/// <summary>Files with bytes changed at random: either they are read, or the error is a <see cref="CheckpointException"/>.</summary>
public sealed class TokenizerMutationTests
{
    private static readonly string Tokenizer = TokenizerJsonText.ByteLevel(
        $"[{TokenizerJsonText.Added(5, "<s>", special: true)},{TokenizerJsonText.Added(6, "<t>", normalized: true)}]",
        """{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"(?i:'s)|[^\\p{L}\\s]?\\p{L}+|\\s+(?!\\S)"},"behavior":"Isolated","invert":false},{"type":"Digits","individual_digits":true},{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]}""",
        """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{"<s>":{"id":"<s>","ids":[5],"tokens":["<s>"]}}}""");

    private const string Configuration =
        """{"bos_token":"<s>","tokenizer_class":"LlamaTokenizer","added_tokens_decoder":{"5":{"content":"<s>","special":true}},"chat_template":[{"name":"default","template":"x"}]}""";

    private const string Model = """{"model_type":"llama","bos_token_id":5,"eos_token_id":[1],"vocab_size":9}""";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Changed_bytes_are_read_or_refused(int seed)
    {
        var random = new Random(seed);
        var files = new[] { ("tokenizer.json", Tokenizer), ("tokenizer_config.json", Configuration), ("config.json", Model) };
        for (var count = 0; count < 150; count++)
        {
            using var checkpoint = new TemporaryCheckpoint();
            var changed = random.Next(4) == 0 ? random.Next(files.Length) : 0;
            for (var index = 0; index < files.Length; index++)
            {
                var (name, text) = files[index];
                var bytes = System.Text.Encoding.UTF8.GetBytes(text);
                checkpoint.With(name, index == changed ? Change(bytes, random) : bytes);
            }

            try
            {
                TokenizerLoader.Load(checkpoint.Files, TokenizerRequest.ForLlama(random.Next(2) == 0 ? null : 12)).WriteTo(new GgufMetadata.Builder(), "test");
            }
            catch (CheckpointException exception)
            {
                Assert.NotEmpty(exception.Message);
            }
        }
    }

    private static byte[] Change(byte[] bytes, Random random)
    {
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var position = random.Next(bytes.Length);
            switch (random.Next(4))
            {
                case 0:
                    bytes[position] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[position] = "{}[]\",:0129-\\ntx"u8[random.Next(16)];
                    break;
                case 2:
                    bytes = [.. bytes[..position], .. bytes[Math.Min(bytes.Length, position + random.Next(1, 20))..]];
                    break;
                default:
                    var end = Math.Min(bytes.Length, position + random.Next(1, 30));
                    bytes = [.. bytes[..end], .. bytes[position..]];
                    break;
            }

            if (bytes.Length == 0)
            {
                return bytes;
            }
        }

        return bytes;
    }
}
