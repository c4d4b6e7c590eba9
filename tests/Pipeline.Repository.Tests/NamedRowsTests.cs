using System.Text.RegularExpressions;

namespace Pipeline.Repository.Tests;

/// <summary>
/// Faults of the store and the engine, and bad inputs, are found by the name of their row: a test whose name begins
/// with it.
/// </summary>
public sealed class NamedRowsTests
{
    private static readonly Lazy<HashSet<string>> Rows = new(() =>
        [.. SourceFiles.Find("Tests.cs")
            .SelectMany(
                path => Regex.Matches(File.ReadAllText(path), @"\b([BF]\d\d)_\w+\(", RegexOptions.NonBacktracking))
            .Select(match => match.Groups[1].Value)]);

    [Theory]
    [InlineData("F01", "a download is interrupted")]
    [InlineData("F02", "the service is overloaded")]
    [InlineData("F03", "a body is cut short")]
    [InlineData("F04", "a bit is flipped on the way")]
    [InlineData("F05", "an object is overwritten between ranges")]
    [InlineData("F06", "a page of a listing repeats")]
    [InlineData("F07", "nobody answers, or no such host")]
    [InlineData("F08", "credentials expire")]
    [InlineData("F09", "no space is left")]
    [InlineData("F10", "fsync fails")]
    [InlineData("F11", "reading fails")]
    [InlineData("F12", "power fails")]
    [InlineData("F13", "the staging area is on another file system")]
    [InlineData("F14", "the disk is read-only")]
    [InlineData("F27", "the engine is killed under load")]
    [InlineData("F28", "the engine's log is torn")]
    [InlineData("F29", "the engine's file is damaged")]
    [InlineData("F49", "the engine's disk is full")]
    [InlineData("F50", "the engine's file is of another version")]
    [InlineData("B01", "lines that are not JSON")]
    [InlineData("B02", "empty files")]
    [InlineData("B03", "bad characters")]
    [InlineData("B04", "encodings, byte order marks, line ends")]
    [InlineData("B05", "a line of gigabytes")]
    [InlineData("B06", "deep nesting")]
    [InlineData("B07", "repeated keys")]
    [InlineData("B08", "numbers out of range")]
    [InlineData("B09", "an array instead of lines")]
    [InlineData("B10", "conversations of a wrong form")]
    [InlineData("B11", "unsupported content")]
    [InlineData("B12", "bombs, nested and torn archives")]
    [InlineData("B13", "extensions that lie")]
    [InlineData("B14", "archives that lead outside")]
    [InlineData("B15", "hostile keys")]
    [InlineData("B16", "keys that are encoded twice")]
    [InlineData("B17", "wrong bucket or region, redirects, certificates")]
    [InlineData("B18", "endpoints that are metadata services")]
    [InlineData("B19", "listings that are none")]
    [InlineData("B20", "sizes that do not agree, missing etags")]
    [InlineData("B21", "stores that ignore conditions")]
    [InlineData("B22", "disguised personal data")]
    [InlineData("B23", "strings that make scanners slow")]
    [InlineData("B24", "look-alikes of personal data")]
    [InlineData("B25", "placeholders in the data")]
    [InlineData("B26", "secrets")]
    [InlineData("B27", "hidden and heaped characters")]
    [InlineData("B28", "control tokens in texts")]
    [InlineData("B29", "instructions to gates and models")]
    [InlineData("B30", "poisoned triggers")]
    [InlineData("B31", "identical and short rows")]
    [InlineData("B32", "made collisions")]
    [InlineData("B33", "missing evaluation sets")]
    [InlineData("B47", "configuration of a wrong form")]
    [InlineData("B48", "numbers out of range")]
    [InlineData("B50", "dangerous folders")]
    [InlineData("B51", "requests over the limits, malformed or repeated")]
    [InlineData("B52", "crafted frames, bombs and resets")]
    [InlineData("B62", "secrets in logs")]
    [InlineData("B63", "forged log lines")]
    public void Row_HasATestOfItsName(string row, string what) => Rows.Value.ShouldContain(row, what);
}
