namespace Pipeline.Registry.Licences;

/// <summary>What a licence is wanted for.</summary>
public enum LicenceUse
{
    /// <summary>Research and evaluation inside the organisation.</summary>
    Research,

    /// <summary>Serving to customers, or distribution.</summary>
    Commercial,
}

/// <summary>What may be done, from best to worst.</summary>
public enum LicenceDecision
{
    /// <summary>Allowed, without duties towards others.</summary>
    Allow,

    /// <summary>Allowed when the obligations are met.</summary>
    AllowWithNotice,

    /// <summary>Not allowed.</summary>
    Block,
}

/// <summary>A licence of which nothing is known was accepted by a person for one use.</summary>
/// <param name="Licence">The expression as it was found.</param>
/// <param name="Use">The use.</param>
/// <param name="Actor">Who accepted it.</param>
/// <param name="Reason">Why.</param>
public sealed record LicenceWaiver(string Licence, LicenceUse Use, string Actor, string Reason);

/// <summary>The answer for a base model with its data.</summary>
/// <param name="Decision">The worst decision of all pairs.</param>
/// <param name="Licence">Expression for the adapter: base and data joined with AND.</param>
/// <param name="Obligations">Duties of base and data, united, in ordinal order.</param>
/// <param name="Findings">One sentence for each thing that is not plainly allowed, waivers included.</param>
public sealed record LicenceVerdict(
    LicenceDecision Decision, string Licence, IReadOnlyList<string> Obligations, IReadOnlyList<string> Findings);
