using Pipeline.Activities.Running;
using Pipeline.Activities.Storage;

namespace Pipeline.Activities.Tests;

public sealed class LeftoversTests
{
    [Fact]
    public void Remove_FoldersOfKilledAttempts_OnlyThoseThatNobodyTouched()
    {
        using var folder = new TempDirectory();
        var abandoned = Rows(folder, "abandoned", TimeSpan.FromDays(2), TimeSpan.FromDays(2));
        var working = Rows(folder, "working", TimeSpan.FromDays(2), TimeSpan.FromHours(1));
        var leftovers = new Leftovers(new WorkerPaths(Repository.Root, folder.Path), TimeProvider.System);
        leftovers.Remove().ShouldBe(1);
        Directory.Exists(abandoned).ShouldBeFalse();
        File.Exists(Path.Combine(working, "deep", "rows.jsonl")).ShouldBeTrue();
        leftovers.Remove().ShouldBe(0);
    }

    [Fact]
    public void Remove_NoWorkYet_RemovesNothing()
    {
        using var folder = new TempDirectory();
        new Leftovers(new WorkerPaths(Repository.Root, folder.Path), TimeProvider.System).Remove().ShouldBe(0);
    }

    private static string Rows(TempDirectory folder, string name, TimeSpan folderAge, TimeSpan fileAge)
    {
        var work = folder.Combine("cache", "work", name);
        var deep = Directory.CreateDirectory(Path.Combine(work, "deep"));
        var rows = Path.Combine(deep.FullName, "rows.jsonl");
        File.WriteAllText(rows, "{}");
        File.SetLastWriteTimeUtc(rows, DateTime.UtcNow - fileAge);
        Directory.SetLastWriteTimeUtc(deep.FullName, DateTime.UtcNow - folderAge);
        Directory.SetLastWriteTimeUtc(work, DateTime.UtcNow - folderAge);
        return work;
    }
}
