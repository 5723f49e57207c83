using System.Buffers.Binary;
using System.Text;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Testing;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

/// <summary>A hundred thousand broken tokenizer files: whatever a file says, it is read, or refused with a message; and it does not cost more than its size allows.</summary>
[ReadsGoldens]
public sealed class TokenizerMutationTests
{
    /// <summary>The most bytes that may be allocated for one of these small files.</summary>
    private const long MaximumAllocation = 24 << 20;

    private const string Configuration =
        """
        {"tokenizer_class":"GPT2TokenizerFast","eos_token":{"content":"<e>","lstrip":true},"unk_token":"<e>","add_bos_token":true,"add_prefix_space":false,
        "added_tokens_decoder":{"5":{"content":"<e>","special":true,"rstrip":true},"6":{"content":"▁n","normalized":false}},
        "chat_template":[{"name":"default","template":"x"},{"name":"tool","template":"y"}],"additional_special_tokens":["<p>"]}
        """;

    private static readonly string ByteLevel = TokenizerJsonText.ByteLevel(
        addedTokens: $"[{TokenizerJsonText.Added(5, "<e>", special: true)},{TokenizerJsonText.Added(6, "▁n")}]",
        preTokenizer: """{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\p{N}{1,3}|(?i:'s)|\\s+(?!\\S)"},"behavior":"Isolated"},{"type":"ByteLevel"}]}""",
        postProcessor: """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<e>"}},{"Sequence":{"id":"A"}}],"pair":[],"special_tokens":{"<e>":{"ids":[5]}}}""");

    private static readonly string WordPiece = """
        {"added_tokens":[{"id":0,"content":"[UNK]","special":true}],"normalizer":{"type":"BertNormalizer","lowercase":true,"strip_accents":null},
        "pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":null,"decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
        "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[UNK]":0,"a":1,"##b":2,"3":3}}}
        """;

    private static readonly string Unigram = """
        {"added_tokens":[{"id":0,"content":"<s>","special":true}],"normalizer":{"type":"Precompiled","precompiled_charsmap":"EAAAAAABAAAAAgAAQQAAAGIAAABhAA=="},
        "pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"},"post_processor":null,"decoder":{"type":"Metaspace"},
        "model":{"type":"Unigram","unk_id":3,"byte_fallback":false,"vocab":[["<s>",0],["<pad>",0],["</s>",0],["<unk>",0],["▁a",-1.5],["b",-2.25]]}}
        """;

    private static readonly string ByteFallback = """
        {"added_tokens":[{"id":0,"content":"<s>","special":true},{"id":6,"content":"<n>"}],"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},
        {"type":"Replace","pattern":{"String":" "},"content":"▁"}]},"pre_tokenizer":null,"post_processor":null,
        "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
        "model":{"type":"BPE","byte_fallback":true,"fuse_unk":true,"unk_token":"<s>","vocab":{"<s>":0,"<0x41>":1,"▁":2,"a":3,"▁a":4,"b":5},"merges":[["▁","a"]]}}
        """;

    private static readonly string Tekken =
        $$"""
        {"config":{"pattern":"\\p{L}+|\\s+","num_vocab_tokens":258,"default_vocab_size":262,"default_num_special_tokens":4,"version":"v3"},
        "vocab":[{{string.Join(',', Enumerable.Range(0, 258).Select(rank => $$"""{"rank":{{rank}},"token_bytes":"{{Base64(rank)}}","token_str":null}"""))}}],
        "special_tokens":[{"rank":0,"token_str":"<unk>"},{"rank":1,"token_str":"<s>"},{"rank":2,"token_str":"</s>"},{"rank":3,"token_str":"<pad>"}]}
        """;

    private static readonly string Tiktoken = string.Join('\n', Enumerable.Range(0, 258).Select(rank => $"{Base64(rank)} {rank}"));

    private static readonly byte[] SentencePiece =
    [
        .. Piece("<unk>", 0, 2), .. Piece("<s>", 0, 3), .. Piece("</s>", 0, 3), .. Piece("<0x0A>", 0, 6), .. Piece("▁a", -1.5f), .. Piece("u", -2, 4),
        0x12, 2, 0x18, 2, 0x1A, 8, 0x12, 4, 16, 0, 0, 0, 0x18, 1,
    ];

    /// <summary>The files, the requests that read them, and how many changed ones: together a hundred thousand.</summary>
    public static TheoryData<string, int> Kinds { get; } = new()
    {
        { "byte-level", 22_000 }, { "byte-level without a name", 1_500 }, { "tokenizer_config.json", 8_000 }, { "byte-fallback", 12_000 }, { "WordPiece", 8_000 }, { "Unigram", 10_000 },
        { "SentencePiece", 20_000 }, { "T5", 8_000 }, { "vocab.txt", 4_000 }, { "vocab.json", 3_000 }, { "tekken", 1_500 }, { "tiktoken", 1_000 }, { "World", 1_000 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Changed_files_are_read_or_refused(string kind, int count)
    {
        var (fileName, original, request, others) = Describe(kind);
        using var checkpoint = new TemporaryCheckpoint().With("config.json", """{"architectures":["X"],"vocab_size":12,"eos_token_id":5,"bos_token_id":[1],"pad_token_id":null}""");
        foreach (var (name, text) in others)
        {
            checkpoint.With(name, text);
        }

        var files = checkpoint.With(fileName, original).Files;
        TokenizerLoader.Load(files, request);
        var random = new Random(count);
        var read = 0;
        for (var index = 0; index < count; index++)
        {
            checkpoint.Rewrite(fileName, Change(original, random));
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                TokenizerLoader.Load(files, request).WriteTo(new GgufMetadata.Builder(), "test");
                read++;
            }
            catch (CheckpointException exception)
            {
                Assert.NotEmpty(exception.Message);
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, MaximumAllocation);
        }

        // Changes of both sorts: none would show a test that reads nothing.
        Assert.InRange(read, 1, count - 1);
    }

    private static (string FileName, byte[] Original, TokenizerRequest Request, (string Name, string Text)[] Others) Describe(string kind)
    {
        var gpt2 = TokenizerRequest.ForGpt2(12) with { PreTokenizer = "gpt-2" };
        (string, string) configuration = ("tokenizer_config.json", Configuration);
        return kind switch
        {
            "byte-level" => ("tokenizer.json", Bytes(ByteLevel), gpt2, [configuration]),
            "byte-level without a name" => ("tokenizer.json", Bytes(ByteLevel.Replace("""{"type":"Split","pattern":{"Regex":"\\p{N}{1,3}|(?i:'s)|\\s+(?!\\S)"},"behavior":"Isolated"},""", "", StringComparison.Ordinal)), TokenizerRequest.ForGpt2(12), [configuration]),
            "tokenizer_config.json" => ("tokenizer_config.json", Bytes(Configuration), gpt2, [("tokenizer.json", ByteLevel)]),
            "byte-fallback" => ("tokenizer.json", Bytes(ByteFallback), TokenizerRequest.ForLlama(null), []),
            "WordPiece" => ("tokenizer.json", Bytes(WordPiece), TokenizerRequest.ForBert(12, 2) with { PreTokenizer = "bert-bge" }, []),
            "Unigram" => ("tokenizer.json", Bytes(Unigram), TokenizerRequest.ForXlmRoberta(12, 1), []),
            "SentencePiece" => ("tokenizer.model", SentencePiece, TokenizerRequest.ForLlama(12), []),
            "T5" => ("spiece.model", [.. SentencePiece.Where((_, index) => index < SentencePiece.Length - 14), 0x1A, 8, 0x12, 4, 16, 0, 0, 0, 0x18, 1], TokenizerRequest.ForT5(12), []),
            "vocab.txt" => ("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\nc\n3\n"u8.ToArray(), TokenizerRequest.ForBert(12, 2) with { PreTokenizer = "bert-bge" }, []),
            "vocab.json" => ("vocab.json", """{"a":0,"b":1,"Ġ":2,"ab":3,"Ġab":4}"""u8.ToArray(), gpt2, [configuration, ("merges.txt", "#version: 0.2\na b\n")]),
            "tekken" => ("tekken.json", Bytes(Tekken), TokenizerRequest.ForMistralFormat(), []),
            "tiktoken" => ("tiktoken.model", Bytes(Tiktoken), TokenizerRequest.ForDeepseek2(600), []),
            _ => ("rwkv_vocab_v20230424.txt", """
                1 '\x00' 1
                2 b'\xff\xfe' 2
                3 "it's" 4
                4 ' é\n' 4

                """u8.ToArray(), TokenizerRequest.ForRwkvWorld(12), []),
        };
    }

    private static byte[] Change(byte[] bytes, Random random)
    {
        for (var count = random.Next(1, 4); count > 0 && bytes.Length > 0; count--)
        {
            var position = random.Next(bytes.Length);
            var end = Math.Min(bytes.Length, position + random.Next(1, 24));
            switch (random.Next(6))
            {
                case 0:
                    bytes = [.. bytes];
                    bytes[position] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes = [.. bytes];
                    bytes[position] = "{}[]\",:0129-\\ntx"u8[random.Next(16)];
                    break;
                case 2:
                    bytes = [.. bytes[..position], .. bytes[end..]];
                    break;
                case 3:
                    bytes = [.. bytes[..end], .. bytes[position..]];
                    break;
                case 4:
                    bytes = [.. bytes[..position], .. Insertions[random.Next(Insertions.Length)], .. bytes[position..]];
                    break;
                default:
                    bytes = bytes[..position];
                    break;
            }
        }

        return bytes;
    }

    // What means something where it may end up: numbers at the ends of ranges, values of the wrong kind, text that is none.
    private static readonly byte[][] Insertions =
    [
        .. new[] { "0", "9999999", "-1", "2147483648", "1e400", "null", "true", "[]", "{}", "\"\"", "\\ud800", "(a*)*", "{1,99999}", "\\p{N}", "Infinity", "\0", "[PAD]", "<0x00>" }
            .Select(Bytes),
        [0xFF, 0xFE], [0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0x80], [0xC0, 0x80],
    ];

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    // Bytes, and two tokens of two bytes.
    private static string Base64(int rank) => Convert.ToBase64String(rank < 256 ? [(byte)rank] : [(byte)'a', (byte)('a' + rank - 256)]);

    private static byte[] Piece(string text, float score, byte? type = null)
    {
        var bits = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bits, score);
        var content = Encoding.UTF8.GetBytes(text);
        byte[] piece = [0x0A, (byte)content.Length, .. content, 0x15, .. bits, .. type is { } value ? new byte[] { 0x18, value } : []];
        return [0x0A, (byte)piece.Length, .. piece];
    }
}
