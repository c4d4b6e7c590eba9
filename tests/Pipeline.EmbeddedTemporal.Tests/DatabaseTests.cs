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
    public void Open_NewerSchema_IsRefused()
    {
        new Database(File).Dispose();
        Run($"UPDATE meta SET value = '{Schema.Version + 1}' WHERE key = 'schema'");
        Should.Throw<DatabaseException>(() => new Database(File)).Message.ShouldContain("newer program");
    }

    [Fact]
    public void Open_OlderSchema_IsRefused()
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

    private void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        Database.Execute(connection, sql);
    }
}
