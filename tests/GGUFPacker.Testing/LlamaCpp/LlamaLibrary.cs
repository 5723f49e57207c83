using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace GGUFPacker.Testing.LlamaCpp;

/// <summary>
/// The real llama.cpp v0.5.0, for tests only, with its backends from <see cref="LlamaFolder"/>.
/// </summary>
public static partial class LlamaLibrary
{
    private const string Llama = "llama";
    private const string Ggml = "ggml";
    private const int ErrorLevel = 4;

    private const int DebugLevel = 1;

    private static readonly StringBuilder Errors = new();
    private static readonly StringBuilder Details = new();
    private static readonly Lazy<bool> Loaded = new(Load);

    /// <summary>Whether the library is there; it is loaded with the first question.</summary>
    public static bool IsLoaded => Loaded.Value;

    /// <summary>Skips the test, with the reason, if there is no library.</summary>
    public static void RequireOrSkip() =>
        Assert.SkipUnless(IsLoaded, $"{LlamaFolder.Variable} does not name a folder with llama.cpp's libraries.");

    /// <summary>What the library has said about errors since the last call.</summary>
    internal static string TakeErrors()
    {
        lock (Errors)
        {
            var text = Errors.ToString();
            Errors.Clear();
            return text;
        }
    }

    /// <summary>What the library has said about its own sizes since the last call.</summary>
    internal static string TakeDetails()
    {
        lock (Details)
        {
            var text = Details.ToString();
            Details.Clear();
            return text;
        }
    }

    [LibraryImport(Llama, EntryPoint = "llama_model_default_params")]
    internal static partial LlamaModelParameters DefaultModelParameters();

    [LibraryImport(Llama, EntryPoint = "llama_context_default_params")]
    internal static partial LlamaContextParameters DefaultContextParameters();

    [LibraryImport(Llama, EntryPoint = "llama_model_load_from_file", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint LoadModel(string path, LlamaModelParameters parameters);

    [LibraryImport(Llama, EntryPoint = "llama_model_free")]
    internal static partial void FreeModel(nint model);

    [LibraryImport(Llama, EntryPoint = "llama_model_get_vocab")]
    internal static partial nint GetVocabulary(nint model);

    [LibraryImport(Llama, EntryPoint = "llama_vocab_n_tokens")]
    internal static partial int GetVocabularySize(nint vocabulary);

    [LibraryImport(Llama, EntryPoint = "llama_vocab_bos")]
    internal static partial int GetBeginToken(nint vocabulary);

    [LibraryImport(Llama, EntryPoint = "llama_tokenize")]
    internal static unsafe partial int Tokenize(nint vocabulary, byte* text, int textLength, int* tokens, int tokensLength, byte addSpecial, byte parseSpecial);

    [LibraryImport(Llama, EntryPoint = "llama_token_to_piece")]
    internal static unsafe partial int TokenToPiece(nint vocabulary, int token, byte* piece, int length, int leftStrip, byte special);

    [LibraryImport(Llama, EntryPoint = "llama_init_from_model")]
    internal static partial nint CreateContext(nint model, LlamaContextParameters parameters);

    [LibraryImport(Llama, EntryPoint = "llama_free")]
    internal static partial void FreeContext(nint context);

    [LibraryImport(Llama, EntryPoint = "llama_get_memory")]
    internal static partial nint GetMemory(nint context);

    [LibraryImport(Llama, EntryPoint = "llama_memory_clear")]
    internal static partial void ClearMemory(nint memory, byte data);

    [LibraryImport(Llama, EntryPoint = "llama_decode")]
    internal static partial int Decode(nint context, LlamaBatch batch);

    [LibraryImport(Llama, EntryPoint = "llama_encode")]
    internal static partial int Encode(nint context, LlamaBatch batch);

    [LibraryImport(Llama, EntryPoint = "llama_get_logits_ith")]
    internal static unsafe partial float* GetLogits(nint context, int index);

    [LibraryImport(Llama, EntryPoint = "llama_set_embeddings")]
    internal static partial void SetEmbeddings(nint context, byte embeddings);

    [LibraryImport(Llama, EntryPoint = "llama_pooling_type")]
    internal static partial int GetPoolingType(nint context);

    [LibraryImport(Llama, EntryPoint = "llama_get_embeddings_ith")]
    internal static unsafe partial float* GetEmbeddings(nint context, int index);

    [LibraryImport(Llama, EntryPoint = "llama_get_embeddings_seq")]
    internal static unsafe partial float* GetSequenceEmbeddings(nint context, int sequence);

    [LibraryImport(Llama, EntryPoint = "llama_model_n_embd_out")]
    internal static partial int GetEmbeddingLength(nint model);

    [LibraryImport(Llama, EntryPoint = "llama_model_n_cls_out")]
    internal static partial uint GetClassCount(nint model);

    [LibraryImport(Llama, EntryPoint = "llama_model_has_encoder")]
    internal static partial byte HasEncoder(nint model);

    [LibraryImport(Llama, EntryPoint = "llama_model_has_decoder")]
    internal static partial byte HasDecoder(nint model);

    [LibraryImport(Llama, EntryPoint = "llama_model_decoder_start_token")]
    internal static partial int GetDecoderStartToken(nint model);

    [LibraryImport(Llama, EntryPoint = "llama_adapter_lora_init", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint LoadAdapter(nint model, string path);

    [LibraryImport(Llama, EntryPoint = "llama_set_adapters_lora")]
    internal static unsafe partial int SetAdapters(nint context, nint* adapters, nuint count, float* scales);

    [LibraryImport(Llama, EntryPoint = "llama_backend_init")]
    private static partial void InitializeBackend();

    [LibraryImport(Llama, EntryPoint = "llama_log_set")]
    private static unsafe partial void SetLog(delegate* unmanaged[Cdecl]<int, byte*, nint, void> callback, nint userData);

    [LibraryImport(Ggml, EntryPoint = "ggml_backend_load_all_from_path", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void LoadBackends(string folder);

    private static unsafe bool Load()
    {
        if (LlamaFolder.Path is not { } folder || LlamaFolder.Find(folder, Llama) is null || LlamaFolder.Find(folder, Ggml) is null)
        {
            return false;
        }

        NativeLibrary.SetDllImportResolver(typeof(LlamaLibrary).Assembly, (name, _, _) => name is Llama or Ggml ? NativeLibrary.Load(LlamaFolder.Find(folder, name)!) : 0);
        SetLog(&Log, 0);
        LoadBackends(folder);
        InitializeBackend();
        return true;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void Log(int level, byte* text, nint userData)
    {
        if (level == ErrorLevel)
        {
            lock (Errors)
            {
                Errors.Append(Marshal.PtrToStringUTF8((nint)text));
            }
        }
        else if (level == DebugLevel && Marshal.PtrToStringUTF8((nint)text) is { } detail && detail.Contains("compute buffer size", StringComparison.Ordinal))
        {
            lock (Details)
            {
                Details.Append(detail);
            }
        }
    }
}
