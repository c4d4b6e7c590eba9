using Amazon.Runtime;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.S3;

// Uploads a folder, or downloads every object of a prefix: ENDPOINT BUCKET PREFIX FOLDER CONCURRENCY up|copy|sha256
// copy compares with the checksum that the store keeps, sha256 computes a digest of each file as well.
var credentials = new BasicAWSCredentials(
    Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID"),
    Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY"));
var concurrency = int.Parse(args[4]);
using var store = new S3ObjectStore(
    new S3StoreOptions { Endpoint = new Uri(args[0]), Bucket = args[1], Prefix = args[2], Concurrency = concurrency },
    credentials);
var options = new ParallelOptions { MaxDegreeOfParallelism = concurrency };
if (args[5] == "up")
{
    await Parallel.ForEachAsync(Directory.EnumerateFiles(args[3]), options, async (path, token) =>
    {
        await using var file = File.OpenRead(path);
        await store.PutAsync(Path.GetFileName(path), file, cancellation: token);
    });
    return;
}

var objects = new List<ObjectInfo>();
await foreach (var info in store.ListAsync(""))
{
    objects.Add(info);
}

// A single large object is parallel inside; many small ones are parallel among each other.
var download = new ObjectDownload(
    store, objects.Count > concurrency ? 1 : concurrency, partBytes: objects.Count > concurrency ? 64 << 20 : 8 << 20);
await Parallel.ForEachAsync(objects, options, async (info, token) =>
{
    var target = Path.Combine(args[3], info.Key);
    await (args[5] == "copy"
        ? download.CopyAsync(info, target, token) : download.RunAsync(info, target, cancellation: token));
});
