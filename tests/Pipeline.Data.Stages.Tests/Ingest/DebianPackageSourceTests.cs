using System.Text.Json;
using Pipeline.Data.Ingest.Debian;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Tests.Ingest;

public sealed class DebianPackageSourceTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private const string Packages = """
        Package: tree
        Version: 2.1.0-1
        Section: utils
        Description: displays an   indented directory tree, in color
        Description-md5: aa
        Maintainer: Ann Example <ann@example.org>
        Tag: interface::commandline, role::program,
         use::viewing, x::TODO
        Homepage: http://example.org/tree

        Package: libtree-dev
        Source: tree (2.1)
        Version: 2.1.0-1
        Section: non-free/libs
        Description: headers
        Description-md5: bb

        Package: tree
        Version: 1.0
        Section: admin
        Description: older record of the same name

        Package: oldtree
        Section: utils
        Description: Transitional package for tree

        Package: broken
        this line has no colon
        Section: utils
        Description: x

        Package: silent
        Section: utils

        """;

    private const string Translations = """
        Package: tree
        Description-md5: aa
        Description-en: displays an indented directory tree, in color
         Tree is a recursive directory listing program.
         .
          * one
         Second paragraph.

        Package: libtree-dev
        Description-md5: other
        Description-en: headers
         Not for this version.

        """;

    private DebianPackageSource Source(Func<DebianSourceOptions, DebianSourceOptions>? change = null)
    {
        File.WriteAllText(_folder.Combine("m_Packages"), Packages);
        File.WriteAllText(_folder.Combine("m_i18n_Translation-en"), Translations);
        var options = new DebianSourceOptions { ListsFolder = _folder.Path, TopSections = 0 };
        return new DebianPackageSource(change?.Invoke(options) ?? options);
    }

    [Fact]
    public void Read_Index_JoinsDescriptionsAndCountsEveryStanza()
    {
        var rows = new RowAccounting();
        var packages = Source().Read(rows).ToList();
        rows.Out = packages.Count;
        rows.Check("test");

        packages.Select(package => package.Name).ShouldBe(["tree", "libtree-dev"]);
        packages[0].Description.ShouldBe("displays an indented directory tree, in color");
        packages[0].LongDescription.ShouldBe(
            "Tree is a recursive directory listing program.\n\n * one\nSecond paragraph.");
        packages[0].Tags.ShouldBe(["interface::commandline", "role::program", "use::viewing"]);
        packages[1].LongDescription.ShouldBe("");
        packages[1].Source.ShouldBe("tree");
        packages[1].Split.ShouldBe(packages[0].Split);
        (packages[1].Section, packages[1].Area).ShouldBe(("libs", "non-free"));
        (rows.In, rows.Quarantined).ShouldBe((6, 1));
        rows.Removed.ShouldBe(
            new SortedDictionary<string, long>
            {
                ["duplicate-name"] = 1,
                ["no-description-or-section"] = 1,
                ["transitional"] = 1,
            });
    }

    [Fact]
    public async Task WriteAsync_SameInput_SameDigestAndSampleOfAskedSize()
    {
        var source = Source(options => options with { MaxRows = 1, Seed = 3 });
        var first = await source.WriteAsync(_folder.Combine("out", "a.jsonl"));
        var second = await source.WriteAsync(_folder.Combine("out", "b.jsonl"));

        second.Sha256.ShouldBe(first.Sha256);
        first.Rows.Out.ShouldBe(1);
        first.Rows.Removed["not-sampled"].ShouldBe(1);
        File.ReadAllLines(_folder.Combine("out", "a.jsonl")).Length.ShouldBe(1);
        new FileInfo(_folder.Combine("out", "a.jsonl")).Length.ShouldBe(first.Bytes);
    }

    [Fact]
    public async Task WriteAsync_Cancelled_LeavesNoFile()
    {
        await Should.ThrowAsync<OperationCanceledException>(() =>
            Source().WriteAsync(_folder.Combine("out", "a.jsonl"), null, new CancellationToken(canceled: true)));
        Directory.GetFiles(_folder.Combine("out")).ShouldBeEmpty();
    }

    [Fact]
    public void Read_NoIndex_SaysWhatToDo()
    {
        var empty = new DebianPackageSource(new DebianSourceOptions { ListsFolder = _folder.Path });
        Should.Throw<FileNotFoundException>(() => empty.Read(new RowAccounting())).Message.ShouldContain(
            "apt-get update");
    }

    [Fact]
    public async Task WriteAsync_Row_HasTheFieldsOfTheDataset()
    {
        await Source().WriteAsync(_folder.Combine("rows.jsonl"));
        using var row = JsonDocument.Parse(File.ReadLines(_folder.Combine("rows.jsonl")).First());
        row.RootElement.GetProperty("id").GetString().ShouldBe("debian:tree");
        row.RootElement.GetProperty("maintainer").GetString().ShouldBe("Ann Example <ann@example.org>");
        row.RootElement.GetProperty("license").GetString().ShouldBe("DFSG-free");
        row.RootElement.GetProperty("messages")[1].GetProperty("content").GetString().ShouldBe("utils");
    }
}
