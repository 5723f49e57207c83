using System.Web;

namespace GGUFPacker.Testing.Registry;

/// <summary>A request as the server read it; the body is still in the socket.</summary>
public sealed class LoopbackRequest
{
    private readonly Func<long, byte[]> _readBody;

    internal LoopbackRequest(string method, string target, Dictionary<string, string> headers, Func<long, byte[]> readBody)
    {
        _readBody = readBody;
        Method = method;
        Headers = headers;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        Path = Uri.UnescapeDataString(question < 0 ? target : target[..question]);
        var query = HttpUtility.ParseQueryString(question < 0 ? "" : target[question..]);
        Query = query.AllKeys.OfType<string>().ToDictionary(k => k, k => query[k]!, StringComparer.Ordinal);
        Target = target;
    }

    public string Method { get; }

    public string Path { get; }

    public string Target { get; }

    public IReadOnlyDictionary<string, string> Query { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>How many bytes of the body came; set once it is read.</summary>
    public long BodyBytes { get; internal set; }

    /// <summary>How many bytes of a body went back.</summary>
    public long AnswerBytes { get; internal set; }

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>Reads the body, or its first bytes.</summary>
    public byte[] ReadBody(long limit = long.MaxValue)
    {
        var body = _readBody(limit);
        BodyBytes = body.Length;
        return body;
    }

    public override string ToString() => $"{Method} {Target}";
}
