namespace GGUFPacker.Testing.Registry;

/// <summary>What goes wrong with a server's next requests.</summary>
/// <param name="keepPart">Keeps what came of an upload before its connection broke.</param>
internal sealed class RegistryFaults(Action<LoopbackRequest, byte[]>? keepPart = null)
{
    private readonly List<RegistryFault> _faults = [];

    /// <summary>Lets a request fail.</summary>
    public void Add(RegistryFault fault)
    {
        lock (_faults)
        {
            _faults.Add(fault);
        }
    }

    /// <summary>The answer to a request, with the fault that strikes it.</summary>
    public LoopbackResponse Answer(LoopbackRequest request, Func<LoopbackRequest, LoopbackResponse> handle)
    {
        if (Take(request) is not { } fault)
        {
            return handle(request);
        }

        if (fault.Status is { } status)
        {
            return LoopbackResponse.Empty(status, ("Retry-After", fault.RetryAfter));
        }

        if (fault.BreakRequestAfter is { } bytes)
        {
            var part = request.ReadBody(bytes);
            if (fault.KeepsPart)
            {
                keepPart!(request, part);
            }

            return LoopbackResponse.Broken;
        }

        var response = handle(request);
        if (fault.Corrupts)
        {
            var body = response.Body.ToArray();
            body[^1] ^= 1;
            response = response with { Body = body };
        }

        if (fault.Rewrites is { } rewrite)
        {
            response = response with { Body = rewrite(response.Body) };
        }

        return fault.BreakAfter is null ? response : response with { BreakAfter = fault.BreakAfter, Silent = fault.Silent };
    }

    private RegistryFault? Take(LoopbackRequest request)
    {
        lock (_faults)
        {
            var fault = _faults.Find(f => f.Times > 0 && f.Method == request.Method && request.Target.Contains(f.Path, StringComparison.Ordinal));
            if (fault is not null)
            {
                fault.Times--;
            }

            return fault;
        }
    }
}
