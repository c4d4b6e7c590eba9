using Pipeline.Workflows.Contracts;

namespace Pipeline.Workflows.Triggers;

/// <summary>Whether news starts a run; pure.</summary>
public static class TriggerRules
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Decides.</summary>
    /// <param name="input">Thresholds and state.</param>
    /// <param name="change">What is new.</param>
    /// <param name="now">The workflow's time.</param>
    /// <returns>Whether to start, why not, and when to ask again; null waits for further news.</returns>
    public static (bool Start, string Reason, TimeSpan? AskAgain) Decide(
        TriggerInput input, PrefixChange change, DateTime now)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(change);
        if (change.Objects == 0)
        {
            return (false, "nothing is new", null);
        }

        var age = now - (input.State.Since ?? now);
        if ((change.Objects < input.MinObjects || change.Bytes < input.MinBytes) && age < input.MaxAge)
        {
            return (false,
                $"{change.Objects} of {input.MinObjects} objects and {change.Bytes} of {input.MinBytes} bytes are new",
                    input.MaxAge - age);
        }

        if (input.State.LastEnd is { } end && now - end < input.CoolDown)
        {
            return (false, $"cool-down until {end + input.CoolDown:yyyy-MM-dd HH:mm:ss} UTC", end + input.CoolDown
                - now);
        }

        var recent = input.State.Starts.Where(start => now - start < Day).ToList();
        return recent.Count >= input.MaxRunsPerDay
            ? (false, $"the budget of {input.MaxRunsPerDay} runs a day is used", recent.Min() + Day - now)
            : (true, $"{change.Objects} objects, {change.Bytes} bytes are new", null);
    }
}
