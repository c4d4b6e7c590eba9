using System.Diagnostics;
using Pipeline.Data.Decontamination;
using Pipeline.Data.Dedup;
using Pipeline.Data.Sanitization;
using Pipeline.Data.Sanitization.Quality;

// scan FILE ROUNDS: finds personal data in a text, line by line, as the peers do; the first round warms up.
// STAGE IN.jsonl OUT [ROUNDS [EVALUATION.txt]]: one stage on one thread; whole is clean with the quality heuristics,
// spill near dedup with 256 MB for its keys. More rounds than one tell the least processor time of a round, without the
// start of the process.
// group LINES: groups equal SHA-256 lines as exact dedup does, of digests that are there already.
var clock = Stopwatch.StartNew();
switch (args[0])
{
    case "scan":
        Scan(File.ReadAllBytes(args[1]), int.Parse(args[2]));
        return;
    case "group":
        Group(args[1]);
        return;
}

var (rounds, least, result) = (args.Length > 3 ? int.Parse(args[3]) : 1, double.MaxValue, "");
for (var round = 0; round < rounds; round++)
{
    var before = Environment.CpuUsage.TotalTime;
    result = await RunAsync(args[0], args[1], args[2]);
    least = Math.Min(least, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
}

Report(result);

async Task<string> RunAsync(string stage, string input, string output)
{
    switch (stage)
    {
        case "clean":
            return (await new SanitizeStage(new SanitizeOptions()).RunAsync([input], output)).Rows.ToString();
        case "whole":
            var limits = QualityLimits.WebText.With(QualityRule.CommonWords, 0, 9);
            return (await new SanitizeStage(new SanitizeOptions { Quality = limits }).RunAsync([input], output))
                .Rows.ToString();
        case "filter":
            return (await new QualityStage(new QualityOptions()).RunAsync([input], output)).Rows.ToString();
        case "exact" or "near" or "spill":
            var options = new DedupOptions { Near = stage != "exact", MemoryBudgetBytes = 256L << 20 };
            var summary = await new DedupStage(options).RunAsync([input], output);
            return $"{summary.Rows} ({string.Join(", ", summary.Rows.Removed)}), {summary.SpilledRuns} runs spilled";
        case "decontaminate":
            var items = File.ReadLines(args[4]).Select((line, i) => new EvaluationItem("gate", $"{i}", line)).ToList();
            return (await new DecontaminationStage(new DecontaminationOptions { NGrams = [13, 8] })
                .RunAsync([input], items, output)).Rows.ToString();
        default:
            throw new ArgumentException($"unknown benchmark '{stage}'", nameof(stage));
    }
}

void Report(string what)
{
    var process = Process.GetCurrentProcess();
    var (cpu, mib) =
        (rounds > 1 ? least : process.TotalProcessorTime.TotalSeconds, new FileInfo(args[1]).Length / 1e6);
    Console.Out.WriteLine(
        $"{args[0]}: {mib:0} MB, {cpu:0.00} s of processor time, {mib / cpu:0} MB/s, {clock.Elapsed.TotalSeconds:0.0} "
            + $"s wall, peak {process.PeakWorkingSet64 >> 20} MiB; {what}");
}

static void Scan(byte[] text, int rounds)
{
    var (scanner, spans, counts) = (new PiiScanner(new PiiOptions()), new List<PiiSpan>(),
        new SortedDictionary<string, int>(StringComparer.Ordinal));
    for (var round = 0; round <= rounds; round++)
    {
        counts.Clear();
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        for (ReadOnlySpan<byte> rest = text; rest.Length > 0;)
        {
            var end = rest.IndexOf((byte)'\n') is >= 0 and var found ? found : rest.Length - 1;
            scanner.Scan(rest[..end], spans);
            foreach (var span in spans)
            {
                counts[PiiNames.Of(span.Type)] = counts.GetValueOrDefault(PiiNames.Of(span.Type)) + 1;
            }

            rest = rest[(end + 1)..];
        }

        var seconds = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        Console.Out.WriteLine(
            $"ours {text.Length / 1e6 / seconds:0} MB/s; "
                + $"{string.Join(' ', counts.Select(pair => $"{pair.Key}={pair.Value}"))}");
    }
}

static void Group(string path)
{
    var digests = File.ReadLines(path).Select(Convert.FromHexString).ToArray();
    for (var round = 0; round < 20; round++)
    {
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        using var sorter = new SpillSorter(Path.GetTempPath(), 256L << 20);
        for (var i = 0; i < digests.Length; i++)
        {
            sorter.Add(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(digests[i]), i);
        }

        var different = 0;
        foreach (var (_, members) in Groups.Of(sorter.Sorted()))
        {
            different += members.Count == 1
                ? 1 : members.DistinctBy(member => Convert.ToHexString(digests[member])).Count();
        }

        var seconds = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        Console.Out.WriteLine(
            $"group: {digests.Length} digests, {different} different, {seconds:0.00} s of processor time, "
                + $"{seconds * 1e6 / digests.Length:0.000} µs each");
    }
}
