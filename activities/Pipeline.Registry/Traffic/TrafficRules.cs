namespace Pipeline.Registry.Traffic;

/// <summary>What a traffic state must satisfy before it is stored.</summary>
internal static class TrafficRules
{
    public const string NameRule = "lower-case letters, digits and hyphens, at most 63 characters";

    public static void Check(TrafficState state, string actor, string reason)
    {
        if (!TrafficNames.IsName(state.Alias))
        {
            throw new ArgumentException($"'{state.Alias}' is not an alias; use {NameRule}", nameof(state));
        }

        if (actor.Length is 0 or > 200 || reason.Length is 0 or > 2000)
        {
            throw new ArgumentException(
                "a traffic change needs an actor (at most 200 characters) and a reason (at most 2,000)", nameof(state));
        }

        if (!double.IsFinite(state.CandidatePercent) || state.CandidatePercent is < 0 or > 100)
        {
            throw new ArgumentException(
                $"candidatePercent {state.CandidatePercent} is outside 0 to 100", nameof(state));
        }

        if (state.Candidate is null && (state.CandidatePercent > 0 || state.Shadow))
        {
            throw new ArgumentException(
                $"alias '{state.Alias}' has no candidate that could get traffic", nameof(state));
        }

        foreach (var arm in state.Candidate is null ? [state.Stable] : new[] { state.Stable, state.Candidate })
        {
            CheckArm(arm);
        }
    }

    private static void CheckArm(TrafficArm arm)
    {
        if (arm.Adapter != "base" && !TrafficNames.IsVersion(arm.Adapter))
        {
            throw new ArgumentException(
                $"'{arm.Adapter}' is not an adapter version; write name@version, or base", nameof(arm));
        }

        if (arm.Digest.Length != 0 && (arm.Digest.Length != 64 || !arm.Digest.All(char.IsAsciiHexDigitLower)))
        {
            throw new ArgumentException(
                $"digest of '{arm.Adapter}' is not 64 lower-case hexadecimal digits", nameof(arm));
        }

        if (arm.Temperature is { } temperature && temperature is not (>= 0 and <= 2))
        {
            throw new ArgumentException($"temperature {temperature} of '{arm.Adapter}' is outside 0 to 2", nameof(arm));
        }

        if (arm.TopP is { } topP && topP is not (> 0 and <= 1))
        {
            throw new ArgumentException($"topP {topP} of '{arm.Adapter}' is outside 0 (exclusive) to 1", nameof(arm));
        }
    }
}
