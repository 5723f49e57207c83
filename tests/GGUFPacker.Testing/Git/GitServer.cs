using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Testing.Git;

/// <summary>Git repositories over HTTP on a loopback port: git's own server program behind a socket, and a server of large files (git LFS) beside it.</summary>
public sealed class GitServer : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LoopbackServer _server;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, byte[]> _large = new(StringComparer.Ordinal);

    public GitServer()
    {
        Programs.Require("git");
        _server = new LoopbackServer(Handle);
    }

    public string Host => _server.Host;

    public IReadOnlyList<LoopbackRequest> Requests => _server.Requests;

    /// <summary>The user and password that the server of large files asks for; null for anybody.</summary>
    public string? LargeFilesLogin { get; init; }

    /// <summary>How many requests for large files are answered as if their addresses had expired.</summary>
    public int ExpiredAddresses { get; set; }

    /// <summary>The host that addresses of large files lead on to; null for none.</summary>
    public string? StorageHost { get; init; }

    /// <summary>A repository's address.</summary>
    public string Address(string name) => $"http://{Host}/{name}.git";

    /// <summary>Commits files to a repository's branch "main", which is made if need be.</summary>
    /// <returns>The commit.</returns>
    public string Commit(string name, params (string Path, byte[] Bytes)[] files)
    {
        var work = _directory[name];
        if (!Directory.Exists(work))
        {
            Run(_directory.FullName, "init", "--quiet", "--initial-branch=main", work);
            Run(work, "config", "core.fileMode", "false");
            Run(work, "config", "uploadpack.allowAnySHA1InWant", "true");
            Run(work, "config", "uploadpack.allowFilter", "true");
            Run(work, "config", "http.receivepack", "true");
            Run(work, "config", "receive.denyCurrentBranch", "ignore");
        }

        foreach (var (path, bytes) in files)
        {
            var file = Path.Combine([work, .. path.Split('/')]);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, bytes);
        }

        Run(work, "add", "--all");
        Run(work, "-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "--quiet", "--message", "A change");
        return Run(work, "rev-parse", "HEAD").Trim();
    }

    /// <summary>Runs git in a repository.</summary>
    public string Git(string name, params string[] arguments) => Run(_directory[name], arguments);

    /// <summary>Runs git in a repository with something to read.</summary>
    public string GitInput(string name, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = _directory[name], RedirectStandardInput = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        return Output(process, arguments);
    }

    /// <summary>Runs git in any directory.</summary>
    public static string RunIn(string directory, params string[] arguments) => Run(directory, arguments);

    /// <summary>Makes bytes a large file, which the server has.</summary>
    /// <returns>The pointer that stands in its place.</returns>
    public byte[] AddLarge(byte[] bytes)
    {
        var oid = Convert.ToHexStringLower(SHA256.HashData(bytes));
        _large[oid] = bytes;
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {bytes.Length}\n"));
    }

    public void Dispose()
    {
        _server.Dispose();
        foreach (var file in new DirectoryInfo(_directory.FullName).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            file.Attributes = FileAttributes.Normal;
        }

        _directory.Dispose();
    }

    private LoopbackResponse Handle(LoopbackRequest request)
    {
        if (request.Path.EndsWith("/info/lfs/objects/batch", StringComparison.Ordinal))
        {
            return LargeFilesLogin is null || request.Header("Authorization") == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(LargeFilesLogin))
                ? Batch(JsonNode.Parse(request.ReadBody())!)
                : LoopbackResponse.Empty(401, ("LFS-Authenticate", "Basic realm=\"Git LFS\""));
        }

        if (request.Path.EndsWith("/info/lfs/locks/verify", StringComparison.Ordinal))
        {
            return LoopbackResponse.Empty(404);
        }

        if (request.Path.StartsWith("/large/", StringComparison.Ordinal) && request.Method == "PUT")
        {
            _large[request.Path[7..]] = request.ReadBody();
            return LoopbackResponse.Empty(200);
        }

        if (request.Path.StartsWith("/large/", StringComparison.Ordinal))
        {
            if (ExpiredAddresses > 0)
            {
                ExpiredAddresses--;
                return LoopbackResponse.Empty(403);
            }

            if (StorageHost is not null && request.Header("X-Grant") == "yes")
            {
                return LoopbackResponse.Empty(307, ("Location", $"http://{StorageHost}{request.Path}"));
            }

            return request.Header("X-Grant") == "yes" ? LoopbackResponse.Ranged(request, _large[request.Path[7..]]) : LoopbackResponse.Empty(403);
        }

        return Backend(request);
    }

    private LoopbackResponse Batch(JsonNode question)
    {
        var answers = new JsonArray();
        var isUpload = question["operation"]!.GetValue<string>() == "upload";
        foreach (var wanted in question["objects"]!.AsArray())
        {
            var oid = wanted!["oid"]!.GetValue<string>();
            var size = wanted["size"]!.GetValue<long>();
            var action = new JsonObject { ["href"] = $"http://{Host}/large/{oid}", ["header"] = new JsonObject { ["X-Grant"] = "yes" }, ["expires_in"] = 3600 };
            answers.Add((isUpload, _large.ContainsKey(oid)) switch
            {
                (true, true) => new JsonObject { ["oid"] = oid, ["size"] = size },
                (true, false) => new JsonObject { ["oid"] = oid, ["size"] = size, ["actions"] = new JsonObject { ["upload"] = action } },
                (false, true) => new JsonObject { ["oid"] = oid, ["size"] = size, ["actions"] = new JsonObject { ["download"] = action } },
                _ => new JsonObject { ["oid"] = oid, ["size"] = 0, ["error"] = new JsonObject { ["code"] = 404, ["message"] = "Object does not exist" } },
            });
        }

        return new LoopbackResponse(200, Encoding.UTF8.GetBytes(new JsonObject { ["transfer"] = "basic", ["objects"] = answers }.ToJsonString()))
        {
            Headers = { ["Content-Type"] = "application/vnd.git-lfs+json" },
        };
    }

    // The common gateway interface: what is asked goes into variables, the answer's header comes first.
    private LoopbackResponse Backend(LoopbackRequest request)
    {
        var start = new ProcessStartInfo("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_PROJECT_ROOT"] = _directory.FullName;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["REQUEST_METHOD"] = request.Method;
        // A work tree's repository is the .git in it.
        start.Environment["PATH_INFO"] = request.Path.Replace(".git/", "/.git/", StringComparison.Ordinal);
        start.Environment["QUERY_STRING"] = request.Target.Contains('?', StringComparison.Ordinal) ? request.Target[(request.Target.IndexOf('?', StringComparison.Ordinal) + 1)..] : "";
        start.Environment["CONTENT_TYPE"] = request.Header("Content-Type") ?? "";
        start.Environment["HTTP_CONTENT_ENCODING"] = request.Header("Content-Encoding") ?? "";
        start.Environment["GIT_PROTOCOL"] = request.Header("Git-Protocol") ?? "";
        using var process = Process.Start(start)!;
        process.StandardInput.BaseStream.Write(request.ReadBody());
        process.StandardInput.Close();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        var bytes = output.ToArray();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        var headers = Encoding.Latin1.GetString(bytes, 0, end).Split("\r\n").Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var status = headers.Remove("Status", out var text) ? int.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture) : 200;
        return new LoopbackResponse(status, bytes[(end + 4)..]) { Headers = headers };
    }

    private static string Run(string directory, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = directory, RedirectStandardOutput = true })!;
        return Output(process, arguments);
    }

    private static string Output(Process process, string[] arguments)
    {
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"git {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
