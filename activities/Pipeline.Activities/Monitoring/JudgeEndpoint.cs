namespace Pipeline.Activities.Monitoring;

/// <summary>Where the judge answers; only settings name it, never an input.</summary>
/// <param name="Url">Base address that ends in <c>/v1/</c>; empty for no judge.</param>
/// <param name="Model">Id of the judge.</param>
/// <param name="Key">Bearer key; empty for none.</param>
public sealed record JudgeEndpoint(string Url, string Model, string Key);
