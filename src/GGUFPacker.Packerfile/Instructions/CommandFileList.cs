using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary>
/// The value of an option of CMD that names any number of files: <c>FILE,…</c>, or with factors <c>FILE:SCALE,…</c>. A name with a comma stands in quotes, as
/// llama.cpp v0.5.0 reads it (<c>parse_csv_row</c> of common/arg.cpp).
/// </summary>
public static class CommandFileList
{
    /// <summary>The files of a value without factors; empty ones are left out.</summary>
    public static ImmutableArray<string> Parse(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var files = ImmutableArray.CreateBuilder<string>();
        var file = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c == '"' && isQuoted && i + 1 < value.Length && value[i + 1] == '"')
            {
                file.Append(c);
                i++;
            }
            else if (c == '"' && (isQuoted || file.Length == 0))
            {
                isQuoted = !isQuoted;
            }
            else if (c == ',' && !isQuoted)
            {
                End();
            }
            else
            {
                file.Append(c);
            }
        }

        End();
        return files.ToImmutable();

        void End()
        {
            if (file.Length > 0)
            {
                files.Add(file.ToString());
            }

            file.Clear();
        }
    }

    /// <summary>The files of a value with factors, and these as they are written; null if one lacks its factor.</summary>
    public static ImmutableArray<(string File, string Scale)>? ParseScaled(string value)
    {
        var files = ImmutableArray.CreateBuilder<(string, string)>();
        foreach (var item in Parse(value))
        {
            if (item.Split(':') is not [{ Length: > 0 } file, var scale] || !float.TryParse(scale, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            {
                return null;
            }

            files.Add((file, scale));
        }

        return files.Count > 0 ? files.ToImmutable() : null;
    }

    /// <summary>Writes files, with their factors or without, as a value.</summary>
    public static string Write(params IEnumerable<string> items) => string.Join(',', items.Select(Quote));

    private static string Quote(string item) =>
        item.Contains(',', StringComparison.Ordinal) || item.StartsWith('"') ? $"\"{item.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : item;
}
