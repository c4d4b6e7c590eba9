namespace Pipeline.Testing;

public sealed class FixturesTests
{
    [Fact]
    public void Root_Default_LiesInTheRepository() =>
        File.Exists(Path.Combine(Repository.Root, "Pipeline.sln")).ShouldBeTrue();

    [Fact]
    public void TempDirectory_Disposed_IsGone()
    {
        var directory = new TempDirectory();
        File.WriteAllText(directory.Combine("a"), "b");
        directory.Dispose();
        Directory.Exists(directory.Path).ShouldBeFalse();
    }
}
