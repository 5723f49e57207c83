using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GGUFPacker.Testing.Registry;

/// <summary>A small HTTP/1.1 server on a loopback port, close enough to the socket to break connections where a test wants it.</summary>
public sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<LoopbackRequest, LoopbackResponse> _handle;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<LoopbackRequest> _requests = [];

    public LoopbackServer(Func<LoopbackRequest, LoopbackResponse> handle, int port = 0)
    {
        _handle = handle;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    public string Host => $"127.0.0.1:{Port}";

    /// <summary>The requests so far, in the order of their arrival.</summary>
    public IReadOnlyList<LoopbackRequest> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Bytes of bodies that were sent so far.</summary>
    public long BytesSent => Requests.Sum(request => request.AnswerBytes);

    public void Dispose()
    {
        _stopping.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync(_stopping.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            // A thread each: tests open a handful, and blocking code shows where a connection breaks.
            new Thread(() => Serve(socket)) { IsBackground = true }.Start();
        }
    }

    private void Serve(Socket socket)
    {
        using var registration = _stopping.Token.Register(socket.Dispose);
        using (socket)
        {
            try
            {
                socket.NoDelay = true;
                using var output = new NetworkStream(socket);
                using var input = new BufferedStream(output, 64 << 10);
                while (ServeOne(socket, input, output))
                {
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or EndOfStreamException)
            {
                // The client went away, or the test is over.
            }
        }
    }

    private bool ServeOne(Socket socket, BufferedStream input, NetworkStream output)
    {
        var line = ReadLine(input);
        if (line is null)
        {
            return false;
        }

        var words = line.Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (ReadLine(input) is { Length: > 0 } header)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            headers[header[..colon]] = header[(colon + 1)..].Trim();
        }

        var unread = headers.TryGetValue("Content-Length", out var length) ? long.Parse(length, CultureInfo.InvariantCulture) : 0;
        var expects = headers.ContainsKey("Expect");
        var request = new LoopbackRequest(words[0], words[1], headers, limit =>
        {
            if (expects)
            {
                output.Write("HTTP/1.1 100 Continue\r\n\r\n"u8);
                expects = false;
            }

            var body = new byte[Math.Min(limit, unread)];
            input.ReadExactly(body);
            unread -= body.Length;
            return body;
        });
        lock (_requests)
        {
            _requests.Add(request);
        }

        var response = _handle(request);
        if (response.BreakAfter == -1)
        {
            Break(socket);
            return false;
        }

        Write(output, request, response);
        if (response.BreakAfter is not null)
        {
            if (response.Silent)
            {
                _stopping.Token.WaitHandle.WaitOne();
            }

            Break(socket);
            return false;
        }

        // A body that nobody read is still in the way.
        return unread == 0;
    }

    private static void Write(NetworkStream output, LoopbackRequest request, LoopbackResponse response)
    {
        var head = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {response.Status} {(HttpStatusCode)response.Status}\r\n"));
        foreach (var (name, value) in response.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        if (!response.Headers.ContainsKey("Content-Length") && response.Status != 204)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {response.Body.Length}\r\n");
        }

        output.Write(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()));
        if (request.Method != "HEAD")
        {
            request.AnswerBytes = Math.Min(response.Body.Length, response.BreakAfter ?? long.MaxValue);
            output.Write(response.Body, 0, (int)request.AnswerBytes);
        }
    }

    // A reset, not an orderly end.
    private static void Break(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    private static string? ReadLine(BufferedStream stream)
    {
        var line = new StringBuilder();
        for (var b = stream.ReadByte(); ; b = stream.ReadByte())
        {
            switch (b)
            {
                case -1: return null;
                case '\n': return line.ToString().TrimEnd('\r');
                default: line.Append((char)b); break;
            }
        }
    }
}
