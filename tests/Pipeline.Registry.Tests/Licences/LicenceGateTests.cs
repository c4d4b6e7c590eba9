using Pipeline.Registry.Licences;

namespace Pipeline.Registry.Tests.Licences;

public sealed class LicenceGateTests
{
    [Fact]
    public void S0_07_EveryCellOfTheTable_IsTheGatesAnswer()
    {
        LicenceMatrix.All.Select(cell => cell.Base).Distinct().Count().ShouldBeGreaterThanOrEqualTo(8);
        LicenceMatrix.All.Select(cell => cell.Data).Distinct().Count().ShouldBeGreaterThanOrEqualTo(5);
        LicenceMatrix.Count.ShouldBe(
            LicenceMatrix.All.Select(cell => cell.Base).Distinct().Count()
                * LicenceMatrix.All.Select(cell => cell.Data).Distinct().Count() * 2);
        foreach (var cell in LicenceMatrix.All)
        {
            LicenceGate.Check(cell.Base, [cell.Data], cell.Use).Decision.ShouldBe(cell.Decision, $"{cell}");
        }
    }

    // Written down here by hand, so that a slip in the table shows.
    [Theory]
    [InlineData("Apache-2.0", "CC0-1.0", LicenceUse.Commercial, LicenceDecision.AllowWithNotice)]
    [InlineData("Apache-2.0", "CC-BY-NC-4.0", LicenceUse.Commercial, LicenceDecision.Block)]
    [InlineData("Apache-2.0", "CC-BY-NC-4.0", LicenceUse.Research, LicenceDecision.AllowWithNotice)]
    [InlineData("MIT", "MIT", LicenceUse.Commercial, LicenceDecision.AllowWithNotice)]
    [InlineData("LicenseRef-Qwen-Research", "MIT", LicenceUse.Commercial, LicenceDecision.Block)]
    [InlineData("LicenseRef-MNPL", "CC0-1.0", LicenceUse.Commercial, LicenceDecision.Block)]
    [InlineData("CC-BY-NC-4.0", "CC0-1.0", LicenceUse.Commercial, LicenceDecision.Block)]
    [InlineData("LicenseRef-Gemma", "ODC-By-1.0", LicenceUse.Commercial, LicenceDecision.AllowWithNotice)]
    public void S0_07_KnownPairs_AreDecidedAsTheirTextsSay(
        string model, string data, LicenceUse use, LicenceDecision expected) =>
        LicenceGate.Check(model, [data], use).Decision.ShouldBe(expected);

    [Fact]
    public void S0_07_Unknown_BlocksUntilWaivedForThatUse()
    {
        var blocked = LicenceGate.Check("Apache-2.0", ["Our-Odd-Licence"], LicenceUse.Commercial);
        blocked.Decision.ShouldBe(LicenceDecision.Block);
        blocked.Findings.ShouldHaveSingleItem().ShouldContain("'Our-Odd-Licence' of the data is unknown");
        var waiver = new LicenceWaiver("Our-Odd-Licence", LicenceUse.Commercial, "legal", "contract 7");
        LicenceGate.Check("Apache-2.0", ["Our-Odd-Licence"], LicenceUse.Research, [waiver]).Decision.ShouldBe(
            LicenceDecision.Block);
        var waived = LicenceGate.Check("Apache-2.0", ["Our-Odd-Licence"], LicenceUse.Commercial, [waiver]);
        waived.Decision.ShouldBe(LicenceDecision.AllowWithNotice);
        waived.Findings.ShouldHaveSingleItem().ShouldContain("waived by legal: contract 7");
        waived.Licence.ShouldBe("Apache-2.0 AND Our-Odd-Licence", "what was waived must not vanish from the record");
        waived.Obligations.ShouldContain("Our-Odd-Licence: keep to what legal accepted (contract 7)");
    }

    [Fact]
    public void S0_07_KnownToForbid_CannotBeWaived() =>
        LicenceGate.Check(
            "Apache-2.0", ["CC-BY-NC-4.0"], LicenceUse.Commercial,
            [new LicenceWaiver("CC-BY-NC-4.0", LicenceUse.Commercial, "me", "please")]).Decision.ShouldBe(
                LicenceDecision.Block);

    [Fact]
    public void S0_07_Obligations_AreTheUnionOfBaseAndData()
    {
        var verdict = LicenceGate.Check("llama3.1", ["CC-BY-4.0", "mit", "MIT"], LicenceUse.Commercial);
        verdict.Licence.ShouldBe("CC-BY-4.0 AND LicenseRef-Llama-3.1-Community AND MIT");
        verdict.Obligations.ShouldBe(
            new[] { "LicenseRef-Llama-3.1-Community", "CC-BY-4.0", "MIT" }.SelectMany(
                id => Licence.Find(id)!.Obligations), ignoreOrder: true);
        verdict.Obligations.ShouldContain("display \"Built with Llama\"");
        verdict.Obligations.ShouldContain("attribute the source and link CC-BY-4.0");
    }

    [Theory]
    [InlineData("CC-BY-NC-4.0 OR MIT", LicenceDecision.AllowWithNotice, "Apache-2.0 AND MIT")]
    [InlineData("CC-BY-NC-4.0 AND MIT", LicenceDecision.Block, "Apache-2.0 AND CC-BY-NC-4.0 AND MIT")]
    [InlineData("(CC-BY-NC-4.0 OR CC0-1.0) AND Apache-2.0 WITH LLVM-exception", LicenceDecision.AllowWithNotice,
        "Apache-2.0 AND CC0-1.0")]
    [InlineData("Nobody-Knows OR CC0-1.0", LicenceDecision.AllowWithNotice, "Apache-2.0 AND CC0-1.0")]
    public void Expression_OfAlternatives_TakesTheBest(string data, LicenceDecision decision, string licence)
    {
        var verdict = LicenceGate.Check("Apache-2.0", [data], LicenceUse.Commercial);
        (verdict.Decision, verdict.Licence).ShouldBe((decision, licence));
    }

    [Theory, InlineData("MIT AND"), InlineData("(MIT"), InlineData("AND"), InlineData("MIT MIT"), InlineData(""),
        InlineData("<script>")]
    public void Expression_Malformed_Blocks(string text)
    {
        Should.Throw<FormatException>(() => SpdxExpression.Alternatives(text));
        LicenceGate.Check("MIT", [text], LicenceUse.Research).Decision.ShouldBe(LicenceDecision.Block);
    }

    [Fact]
    public void Expression_ManyParentheses_IsBounded() =>
        Should.Throw<FormatException>(
            () => SpdxExpression.Alternatives(new string('(', 400) + "MIT" + new string(')', 400)));
}
