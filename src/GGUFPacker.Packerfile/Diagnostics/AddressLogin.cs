using System.Text.RegularExpressions;

namespace GGUFPacker.Packerfile.Diagnostics;

/// <summary>
/// The logins that addresses may carry (<c>https://USER:PASSWORD@HOST/…</c>, <c>https://TOKEN@HOST/…</c>): requests use them, and nobody else sees them.
/// </summary>
public static partial class AddressLogin
{
    /// <summary>
    /// A text without the user names, passwords and tokens of the addresses in it. A user name alone stays where it is no secret (<c>ssh://git@HOST</c>).
    /// </summary>
    public static string Remove(string text) => Login().Replace(text, "");

    [GeneratedRegex(@"(?<=https?://)[^/@\s']+@|(?<=://)[^/@\s':]*:[^/@\s']*@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Login();
}
