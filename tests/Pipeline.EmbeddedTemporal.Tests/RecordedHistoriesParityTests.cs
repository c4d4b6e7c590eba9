using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>
/// The generator of the recorded fixtures, run against the embedded server, records what the real server gave:
/// histories, descriptions, lists and error bodies, field by field.
/// </summary>
[Trait("Tier", "e2e")]
public sealed partial class RecordedHistoriesParityTests
{
    [Fact]
    public async Task Recording_OfTheEmbeddedServer_EqualsTheRecordedOne()
    {
        var fixtures = Fixtures.Require("histories");
        Assert.SkipUnless(File.Exists(Path.Combine(fixtures, "make.mjs")), "the fixtures come without their generator");
        await TypeScriptTools.InstallAsync();
        var generator = Directory.CreateDirectory(Path.Combine(TypeScriptTools.Folder, "recorded")).FullName;
        foreach (var file in Directory.EnumerateFiles(fixtures, "*.*js").Append(Path.Combine(fixtures, "package.json")))
            File.Copy(file, Path.Combine(generator, Path.GetFileName(file)), overwrite: true);

        using var folder = new TempDirectory();
        await using var engine = await EngineProcess.StartAsync(Engines.Embedded, ui: true);
        var (made, log) =
            await TypeScriptTools.RunAsync("node", Path.Combine(generator, "make.mjs"), "--address", engine.Address,
            "--ui", engine.Ui.ToString().TrimEnd('/'), "--seed", "1", "--out", folder.Path);
        made.ShouldBe(0, log);
        var (code, output) = await TypeScriptTools.RunAsync("node", "recorded.mjs", fixtures, folder.Path);
        code.ShouldBe(0, output);
        Fixtures.Compared("histories (recorded again)",
            int.Parse(Files().Match(output).Groups[1].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("([0-9]+) files compared", RegexOptions.None, 1000)]
    private static partial Regex Files();
}
