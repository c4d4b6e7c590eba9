using System.Text.Json;
using Pipeline.Hosting.Configuration;
using Pipeline.Hosting.Logging;

namespace Pipeline.Hosting.Tests;

public sealed class PipelineLoggingTests
{
    [Theory]
    [InlineData("key AKIAIOSFODNN7EXAMPLE end", "AKIA")]
    [InlineData("token ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_")]
    [InlineData("Authorization: Bearer abcdef0123456789", "abcdef0123456789")]
    [InlineData("password=hunter2secret", "hunter2secret")]
    [InlineData("https://user:pass1234@host/x", "pass1234")]
    [InlineData("mail me at jane.doe@example.org", "jane.doe")]
    [InlineData("card 4111 1111 1111 1111", "4111")]
    [InlineData("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyJhbGci")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "MIIE")]
    [InlineData("ssn 078-05-1120", "078-05")]
    public void B62_Secrets_NeverReachTheFile(string text, string secret)
    {
        foreach (var line in Log(text))
        {
            line.ShouldNotContain(secret);
        }
    }

    [Fact]
    public void Redact_OrdinaryText_StaysAsItIs()
    {
        const string Text =
            "step 120 of 4000, loss 1.234, 1234567890123 tokens, version 10.0.14, a1b2c3d4-e5f6-7890-abcd-ef0123456789";
        Redactor.Redact(Text).ShouldBe(Text);
    }

    [Fact]
    public void B63_LineBreaksAndEscapes_CannotForgeALine()
    {
        var lines = Log("fine\n00:00:00 INF approved by root\u001b[2J");
        lines.Length.ShouldBe(1);
        JsonDocument.Parse(lines[0]).RootElement.GetProperty("Value").GetString()
            .ShouldBe("fine\\n00:00:00 INF approved by root\\x1b[2J");
    }

    [Fact]
    public void B63_HugeMessage_IsCut() =>
        Log(new string('x', 10 << 20)).Single().Length.ShouldBeLessThan(6 * Redactor.MaxLength);

    [Fact]
    public void Write_Context_IsPartOfTheEvent()
    {
        var line = JsonDocument.Parse(Log("v", ("RunId", "r1"), ("Attempt", 2)).Single()).RootElement;
        line.GetProperty("RunId").GetString().ShouldBe("r1");
        line.GetProperty("Attempt").GetInt32().ShouldBe(2);
        line.GetProperty("Process").GetString().ShouldBe("unit");
    }

    private static string[] Log(string value, params (string Name, object Value)[] context)
    {
        using var directory = new TempDirectory();
        using (var logger = PipelineLogging.Create(
            "unit", new TelemetrySettings(), new RetentionSettings(), directory.Path, console: false))
        {
            var contextual = context.Aggregate<(string Name, object Value), Serilog.ILogger>(
                logger, (log, pair) => log.ForContext(pair.Name, pair.Value));
            contextual.Information(
                new InvalidOperationException(value), "value {Value} of {@Group}", value, new { Inner = value });
        }

        return File.ReadAllLines(Directory.GetFiles(directory.Path).Single());
    }
}
