using System.Diagnostics;
using System.Globalization;
using Amazon.Runtime;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.S3;

// Uploads a folder, or downloads every object of a prefix: ENDPOINT BUCKET PREFIX FOLDER CONCURRENCY up|copy|sha256 [N]
// copy compares with the checksum that the store keeps, sha256 computes a digest of each file as well. N downloads
// follow each other in the process, as in a worker; the wall time and processor time of the last one are printed.
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
for (var left = args.Length > 6 ? int.Parse(args[6]) : 1; left > 0; left--)
{
    var (started, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
    await Parallel.ForEachAsync(objects, options, async (info, token) =>
    {
        var target = Path.Combine(args[3], info.Key);
        await (args[5] == "copy"
            ? download.CopyAsync(info, target, token) : download.RunAsync(info, target, cancellation: token));
    });
    if (args.Length > 6 && left == 1)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Stopwatch.GetElapsedTime(started).TotalSeconds} {(Environment.CpuUsage.TotalTime - used).TotalSeconds} "
                + $"{Environment.WorkingSet / 1048576.0}"));
    }

    if (left > 1)
    {
        Directory.EnumerateFiles(args[3]).ToList().ForEach(File.Delete);
    }
}
