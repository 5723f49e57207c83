using System.Globalization;
using System.Text;
using GGUFPacker.Build.Embedded.Steps;

namespace GGUFPacker.Build.Embedded.Files;

/// <summary>
/// What <c>--chown=user[:group]</c> means: numbers as they are, names as the stage's <c>/etc/passwd</c> and <c>/etc/group</c> have them. Without a group it is
/// the user's: by name the one of <c>/etc/passwd</c>, by number the same number.
/// </summary>
internal static class OwnerNames
{
    private const int MaxFileSize = 16 << 20;

    /// <summary>The numbers of an owner.</summary>
    /// <exception cref="StepException">The stage does not know a name.</exception>
    public static async ValueTask<FileOwner> ResolveAsync(string owner, FileTree stage, CancellationToken cancellationToken)
    {
        var parts = owner.Split(':', 2);
        var (user, group) = TryParse(parts[0], out var number)
            ? (number, number)
            : await FindAsync(parts[0], stage, "etc/passwd", 3, cancellationToken).ConfigureAwait(false);
        if (parts.Length == 2 && parts[1].Length > 0)
        {
            group = TryParse(parts[1], out number)
                ? number
                : (await FindAsync(parts[1], stage, "etc/group", 2, cancellationToken).ConfigureAwait(false)).Number;
        }

        return new(user, group);
    }

    private static bool TryParse(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    // A line is name:password:number:number of the group:…; in /etc/group the second number is missing.
    private static async ValueTask<(int Number, int Group)> FindAsync(
        string name, FileTree stage, string path, int groupField, CancellationToken cancellationToken)
    {
        if (name.Length == 0)
        {
            return default;
        }

        if (stage.Find(path) is FileEntry file)
        {
            var stored = await file.Content.StoreAsync(cancellationToken).ConfigureAwait(false);
            foreach (var line in stored.Size > MaxFileSize ? [] : await File.ReadAllLinesAsync(stored.Path, Encoding.UTF8, cancellationToken).ConfigureAwait(false))
            {
                var fields = line.Split(':');
                if (fields[0] == name && fields.Length > groupField && TryParse(fields[2], out var number) && TryParse(fields[groupField], out var group))
                {
                    return (number, group);
                }
            }
        }

        throw new StepException($"--chown names '{name}', which the stage's /{path} does not have; give a number.");
    }
}
