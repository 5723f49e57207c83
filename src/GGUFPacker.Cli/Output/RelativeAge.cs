namespace GGUFPacker.Cli.Output;

/// <summary>How long ago something was, in words: <c>2 minutes ago</c>. The steps are those of Docker's lists and the original's.</summary>
internal static class RelativeAge
{
    private static readonly (TimeSpan Below, TimeSpan Unit, string One, string Many)[] Steps =
    [
        (TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1), "1 second", "seconds"),
        (TimeSpan.FromHours(1), TimeSpan.FromMinutes(1), "1 minute", "minutes"),
        (TimeSpan.FromDays(1), TimeSpan.FromHours(1), "1 hour", "hours"),
        (TimeSpan.FromDays(7), TimeSpan.FromDays(1), "1 day", "days"),
        (TimeSpan.FromDays(30), TimeSpan.FromDays(7), "1 week", "weeks"),
        (TimeSpan.FromDays(360), TimeSpan.FromDays(30), "1 month", "months"),
        (TimeSpan.MaxValue, TimeSpan.FromDays(360), "1 year", "years"),
    ];

    /// <summary>The words.</summary>
    public static string Of(DateTimeOffset then, DateTimeOffset now)
    {
        var age = now - then;
        if (age.Duration() < TimeSpan.FromSeconds(1))
        {
            return "now";
        }

        var (_, unit, one, many) = Array.Find(Steps, step => age.Duration() < step.Below);
        var count = (long)(age.Duration() / unit);

        // From the middle of the second year on it is two years.
        count += count == 1 && unit == TimeSpan.FromDays(360) && age.Duration() >= TimeSpan.FromDays(540) ? 1 : 0;
        return FormattableString.Invariant($"{(count == 1 ? one : $"{count} {many}")} {(age > TimeSpan.Zero ? "ago" : "from now")}");
    }
}
