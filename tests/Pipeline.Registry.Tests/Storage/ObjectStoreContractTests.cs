using System.Security.Cryptography;
using System.Text;
using Pipeline.Registry.Storage;

namespace Pipeline.Registry.Tests.Storage;

public sealed class ObjectStoreContractTests(TestStores stores) : IClassFixture<TestStores>
{
    public static TheoryData<string> Kinds => ["directory", "s3"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Put_ThenOpen_GivesTheBytesBack(string kind)
    {
        var store = stores.Open(kind);
        var written = await store.PutAsync("a/b.txt", Text("hello"));
        written.Bytes.ShouldBe(5);
        (await ReadAsync(store, "a/b.txt")).ShouldBe("hello");
        var head = await store.HeadAsync("a/b.txt");
        head!.ETag.ShouldBe(written.ETag);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Head_Missing_IsNull(string kind) => (await stores.Open(kind).HeadAsync("nothing")).ShouldBeNull();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Open_Missing_SaysNotFound(string kind)
    {
        var store = stores.Open(kind);
        var error = await Should.ThrowAsync<ObjectStoreException>(() => store.OpenAsync("nothing"));
        error.Error.ShouldBe(ObjectStoreError.NotFound);
        error.Message.ShouldContain("nothing");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Put_IfAbsent_SecondIsRefused(string kind)
    {
        var store = stores.Open(kind);
        await store.PutAsync("k", Text("1"), PutCondition.Absent);
        var error =
            await Should.ThrowAsync<ObjectStoreException>(() => store.PutAsync("k", Text("2"), PutCondition.Absent));
        error.Error.ShouldBe(ObjectStoreError.PreconditionFailed);
        (await ReadAsync(store, "k")).ShouldBe("1");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Put_IfMatch_OnlyOverTheReadVersion(string kind)
    {
        var store = stores.Open(kind);
        var first = await store.PutAsync("k", Text("1"));
        var second = await store.PutAsync("k", Text("2"), PutCondition.Match(first.ETag));
        second.ETag.ShouldNotBe(first.ETag);
        var error = await Should.ThrowAsync<ObjectStoreException>(
            () => store.PutAsync("k", Text("3"), PutCondition.Match(first.ETag)));
        error.Error.ShouldBe(ObjectStoreError.PreconditionFailed);
        (await ReadAsync(store, "k")).ShouldBe("2");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Put_IfAbsent_ManyAtOnce_ExactlyOneWins(string kind)
    {
        var store = stores.Open(kind);
        var wins = await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            try
            {
                await Task.Run(() => store.PutAsync("race", Text($"{i}"), PutCondition.Absent));
                return 1;
            }
            catch (ObjectStoreException exception) when (exception.Error == ObjectStoreError.PreconditionFailed)
            {
                return 0;
            }
        }));
        wins.Sum().ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Open_Range_GivesThatRange(string kind)
    {
        var store = stores.Open(kind);
        await store.PutAsync("k", Text("0123456789"));
        await using var body = await store.OpenAsync("k", new ByteRange(3, 4));
        (await new StreamReader(body).ReadToEndAsync()).ShouldBe("3456");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Open_IfMatchOfAnOldVersion_IsRefused(string kind)
    {
        var store = stores.Open(kind);
        var first = await store.PutAsync("k", Text("1"));
        await store.PutAsync("k", Text("2"));
        var error =
            await Should.ThrowAsync<ObjectStoreException>(() => store.OpenAsync("k", new ByteRange(0, 1), first.ETag));
        error.Error.ShouldBe(ObjectStoreError.PreconditionFailed);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task List_PrefixAndStartAfter_OrdinalOrder(string kind)
    {
        var store = stores.Open(kind);
        foreach (var key in new[] { "p/b", "p/a/x", "p/c", "q/a", "p/B" })
        {
            await store.PutAsync(key, Text("1"));
        }

        (await KeysAsync(store, "p/", null)).ShouldBe(["p/B", "p/a/x", "p/b", "p/c"]);
        (await KeysAsync(store, "p/", "p/a/x")).ShouldBe(["p/b", "p/c"]);
        (await KeysAsync(store, "none/", null)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Delete_TwiceIsFine(string kind)
    {
        var store = stores.Open(kind);
        await store.PutAsync("k", Text("1"));
        await store.DeleteAsync("k");
        await store.DeleteAsync("k");
        (await store.HeadAsync("k")).ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task B15_HostileKeys_RoundTripAndStayInside(string kind)
    {
        var store = stores.Open(kind);
        string[] keys = kind == "directory"
            ? ["../../etc/passwd", "a//b", "./x", "dir/", "back\\slash", "%2e%2e%2f", "ünïcode/ключ", "C:\\x",
                ".hidden", "a b"]
            : ["back\\slash", "%2e%2e%2f", "ünïcode/ключ", "a b", "plus+sign"];
        foreach (var key in keys)
        {
            await store.PutAsync(key, Text(key));
            (await ReadAsync(store, key)).ShouldBe(key);
        }

        (await KeysAsync(store, "", null)).ShouldBe(keys.Order(StringComparer.Ordinal));
        await Should.ThrowAsync<ObjectStoreException>(() => store.PutAsync("line\nbreak", Text("x")));
        await Should.ThrowAsync<ObjectStoreException>(() => store.PutAsync(new string('k', 1025), Text("x")));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Download_ManyRanges_HasTheDigest(string kind)
    {
        var store = stores.Open(kind);
        var content = new byte[(12 << 20) + 7];
        new Random(5).NextBytes(content);
        var info = await store.PutAsync("big", new MemoryStream(content));
        using var directory = new TempDirectory();
        var digest = Convert.ToHexStringLower(SHA256.HashData(content));
        (await new ObjectDownload(store, concurrency: 4, partBytes: 1 << 20)
            .RunAsync(info, directory.Combine("f"), digest)).ShouldBe(digest);
        new FileInfo(directory.Combine("f")).Length.ShouldBe(content.Length);
        Directory.GetFiles(directory.Path).Length.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Probe_ConditionalWrites_Pass(string kind)
    {
        var store = stores.Open(kind);
        await ConditionalWriteProbe.RunAsync(store);
        (await KeysAsync(store, "", null)).ShouldBeEmpty();
    }

    internal static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));

    internal static async Task<string> ReadAsync(IObjectStore store, string key)
    {
        await using var body = await store.OpenAsync(key);
        return await new StreamReader(body).ReadToEndAsync();
    }

    private static async Task<List<string>> KeysAsync(IObjectStore store, string prefix, string? startAfter)
    {
        var keys = new List<string>();
        await foreach (var info in store.ListAsync(prefix, startAfter))
        {
            keys.Add(info.Key);
        }

        return keys;
    }
}
