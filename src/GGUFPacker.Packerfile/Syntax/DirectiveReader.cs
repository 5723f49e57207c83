using System.Text.RegularExpressions;

namespace GGUFPacker.Packerfile.Syntax;

/// <summary>
/// Finds parser directives: comments <c># name=value</c> that stand before anything else, each name once.
/// The first line that is none ends them.
/// </summary>
internal sealed partial class DirectiveReader(string commentMark = "#")
{
    private readonly HashSet<string> _seen = [];
    private bool _done;

    /// <summary>Reads a line without its line end.</summary>
    /// <param name="line">The line.</param>
    /// <param name="name">The directive's name in lower case.</param>
    /// <param name="value">Its value.</param>
    public DirectiveLine Read(string line, out string name, out string value)
    {
        name = value = "";
        var match = _done || !line.StartsWith(commentMark, StringComparison.Ordinal)
            ? Match.Empty
            : Pattern().Match(line[commentMark.Length..].TrimStart());
        if (!match.Success || match.Groups[1].Value.ToLowerInvariant() is not ("syntax" or "escape" or "check"))
        {
            _done = true;
            return DirectiveLine.None;
        }

        name = match.Groups[1].Value.ToLowerInvariant();
        value = match.Groups[2].Value;
        return _seen.Add(name) ? DirectiveLine.Directive : DirectiveLine.Repeated;
    }

    // Go's \s is ASCII and without the vertical tab.
    [GeneratedRegex(@"^([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+?)[\t\n\f\r ]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
