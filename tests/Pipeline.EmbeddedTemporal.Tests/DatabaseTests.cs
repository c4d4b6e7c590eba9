using Microsoft.Data.Sqlite;
using Pipeline.EmbeddedTemporal.Storage;

namespace Pipeline.EmbeddedTemporal.Tests;

public sealed class DatabaseTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private string File => Path.Combine(_directory.Path, "engine.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Open_NotADatabase_NamesTheFile()
    {
        System.IO.File.WriteAllText(File, new string('x', 5000));
        Should.Throw<DatabaseException>(() => new Database(File)).Message.ShouldContain(File);
    }

    [Fact]
    public void F50_NewerSchema_IsRefused()
    {
        new Database(File).Dispose();
        Run($"UPDATE meta SET value = '{Schema.Version + 1}' WHERE key = 'schema'");
        Should.Throw<DatabaseException>(() => new Database(File)).Message.ShouldContain("newer program");
    }

    [Fact]
    public void F50_OlderSchema_IsRefused()
    {
        new Database(File).Dispose();
        Run("UPDATE meta SET value = '0' WHERE key = 'schema'");
        Should.Throw<DatabaseException>(() => new Database(File)).Message.ShouldContain("old schema version");
    }

    [Fact]
    public void Open_ForeignDatabase_IsRefused()
    {
        Run("CREATE TABLE other(x)");
        Should.Throw<DatabaseException>(() => new Database(File)).Message.ShouldContain("another program");
    }

    [Fact]
    public void Open_TwiceAtOnce_IsRefused()
    {
        using var first = new Database(File);
        Should.Throw<DatabaseException>(() => new Database(File)).Message.ShouldContain("in use by another process");
    }

    [Fact]
    public void F50_FirstSchema_IsBroughtUpToDate()
    {
        // The tables as the first version made them: no checksums.
        Run(System.Text.RegularExpressions.Regex.Replace(Schema.Create, ", sum INTEGER", "")
            + "INSERT INTO meta VALUES('schema', '1'); INSERT INTO events VALUES(16777217, x'0801');");
        using (var database = new Database(File))
        {
            database.Read(c => Database.Scalar(c, "SELECT value FROM meta WHERE key = 'schema'"))
                .ShouldBe(Schema.Version.ToString(System.Globalization.CultureInfo.InvariantCulture));
            database.Read(c => Database.Scalar(c, "SELECT sum FROM events")).ShouldBe(Checksum.Of([8, 1]));
        }

        new Database(File).Dispose();
    }

    [Fact]
    public void Of_KnownText_IsTheStandardsCheckValue() => Checksum.Of("123456789").ShouldBe(0xE3069283);

    private void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        Database.Execute(connection, sql);
    }
}
