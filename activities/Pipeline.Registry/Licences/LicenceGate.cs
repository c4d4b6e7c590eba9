namespace Pipeline.Registry.Licences;

/// <summary>
/// Decides whether an adapter of a base model and data sources may be used; unknown licences block until waived.
/// </summary>
public static class LicenceGate
{
    /// <summary>Decides.</summary>
    /// <param name="baseLicence">Expression of the base model's licence.</param>
    /// <param name="dataLicences">Expressions of every data source, and of teacher models.</param>
    /// <param name="use">The use.</param>
    /// <param name="waivers">Acceptances of unknown licences; a licence known to forbid the use cannot be
    /// waived.</param>
    /// <returns>Decision, joined licence, united obligations and findings.</returns>
    public static LicenceVerdict Check(
        string baseLicence, IReadOnlyList<string> dataLicences, LicenceUse use,
        IReadOnlyList<LicenceWaiver>? waivers = null)
    {
        var findings = new List<string>();
        var bases = Choices(baseLicence, "base model", use, waivers ?? [], findings);
        var data = dataLicences.Select(licence => Choices(licence, "data", use, waivers ?? [], findings)).ToList();
        var (decision, chosen) =
            (findings.Count > 0 ? LicenceDecision.AllowWithNotice : LicenceDecision.Allow, new List<string>());
        if (bases is null || data.Contains(null))
        {
            decision = LicenceDecision.Block;
        }

        // Of "A OR B" the better one is chosen, for the base first and then for each source against it.
        var ofBase = (bases ?? [[]])
            .MinBy(option => Worst(option, data.OfType<IReadOnlyList<IReadOnlyList<string>>>(), use)) ?? [];
        decision = Max(decision, Single(ofBase, use));
        chosen.AddRange(ofBase);
        foreach (var options in data.OfType<IReadOnlyList<IReadOnlyList<string>>>())
        {
            var best = options.MinBy(option => Pair(ofBase, option, use)) ?? [];
            decision = Max(decision, Pair(ofBase, best, use));
            chosen.AddRange(best);
        }

        findings.AddRange(Blocking(chosen, use));
        // What was waived stays in the record: whoever gets the adapter must know of it.
        var waived = dataLicences.Prepend(baseLicence).Select(licence => Waived(licence, use, waivers ?? []))
            .OfType<LicenceWaiver>().Distinct().ToList();
        var ids = chosen.Concat(waived.Select(waiver => waiver.Licence)).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).ToList();
        var obligations = ids.SelectMany(id => Licence.Find(id)?.Obligations ?? [])
            .Concat(waived.Select(
                waiver => $"{waiver.Licence}: keep to what {waiver.Actor} accepted ({waiver.Reason})"))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return new LicenceVerdict(decision, string.Join(" AND ", ids), [.. obligations], findings);
    }

    private static LicenceDecision Max(LicenceDecision one, LicenceDecision other) => one > other ? one : other;

    private static IEnumerable<string> Blocking(IEnumerable<string> chosen, LicenceUse use) =>
        chosen.Distinct(StringComparer.Ordinal)
            .Where(id => Licence.Find(id) is { } known && Of(known, use) == LicenceDecision.Block)
            .Select(id => $"{id} does not allow {(use == LicenceUse.Commercial ? "commercial" : "research")} use");

    // Null: nothing of this expression can be accepted, because every alternative has an unknown part that nobody
    // waived.
    private static IReadOnlyList<IReadOnlyList<string>>? Choices(
        string expression, string what, LicenceUse use, IReadOnlyList<LicenceWaiver> waivers, List<string> findings)
    {
        if (Waived(expression, use, waivers) is { } whole)
        {
            findings.Add($"unknown licence '{expression}' of the {what} was waived by {whole.Actor}: {whole.Reason}");
            return [[]];
        }

        if (!IsExpression(expression, out var alternatives)
            || alternatives.All(option => option.Any(id => Licence.Find(id) is null)))
        {
            findings.Add(
                $"licence '{expression}' of the {what} is unknown; record a waiver with a reason, or remove the "
                    + $"source");
            return null;
        }

        return [.. alternatives.Where(option => option.All(id => Licence.Find(id) is not null))
            .Select(option => (IReadOnlyList<string>)[.. option.Select(id => Licence.Find(id)?.Id ?? id)])];
    }

    private static LicenceWaiver? Waived(string expression, LicenceUse use, IReadOnlyList<LicenceWaiver> waivers) =>
        IsKnown(expression)
            ? null : waivers.FirstOrDefault(waiver => waiver.Licence == expression && waiver.Use == use);

    private static bool IsKnown(string expression) =>
        IsExpression(expression, out var alternatives)
            && alternatives.Any(option => option.All(id => Licence.Find(id) is not null));

    private static bool IsExpression(string expression, out IReadOnlyList<IReadOnlyList<string>> alternatives)
    {
        try
        {
            alternatives = SpdxExpression.Alternatives(expression);
            return true;
        }
        catch (FormatException)
        {
            alternatives = [];
            return false;
        }
    }

    private static LicenceDecision Worst(
        IReadOnlyList<string> ofBase, IEnumerable<IReadOnlyList<IReadOnlyList<string>>> data, LicenceUse use) =>
        data.Aggregate(
            Single(ofBase, use), (worst, options) => Max(worst, options.Min(option => Pair(ofBase, option, use))));

    private static LicenceDecision Single(IReadOnlyList<string> ids, LicenceUse use) =>
        ids.Aggregate(LicenceDecision.Allow,
            (worst, id) => Max(worst, Licence.Find(id) is { } known ? Of(known, use) : LicenceDecision.Block));

    // The table decides; a pair of known licences outside the table gets the stricter of the two.
    private static LicenceDecision Pair(IReadOnlyList<string> ofBase, IReadOnlyList<string> ofData, LicenceUse use)
    {
        var worst = Max(Single(ofBase, use), Single(ofData, use));
        foreach (var decision in ofBase.SelectMany(_ => ofData, (one, other) => LicenceMatrix.Find(one, other, use)))
        {
            worst = Max(worst, decision ?? LicenceDecision.Allow);
        }

        return worst;
    }

    private static LicenceDecision Of(Licence licence, LicenceUse use) =>
        (use == LicenceUse.Research ? licence.Research : licence.Commercial) switch
        {
            "allow" => LicenceDecision.Allow,
            "notice" => LicenceDecision.AllowWithNotice,
            _ => LicenceDecision.Block,
        };
}
