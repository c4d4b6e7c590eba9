using Benchmarks.Tokenizers;

// Speed and exactness of the tokenizer engine against the native build of the npm package `tokenizers`.
//   speed TOKENIZER.json [--pairs N]     interleaved runs on one core, same texts, ids compared first
//   fuzz DIR [--count N] [--seed S]      random strings over every *.tokenizer.json in DIR, ids compared
//   load TOKENIZER.json                  load time and memory
return args switch
{
    ["speed", var file, .. var rest] =>
        await SpeedBenchmark.RunAsync(file, Option(rest, "--pairs", 5), Option(rest, "--threads", 1)),
    ["fuzz", var folder, .. var rest] =>
        await FuzzBenchmark.RunAsync(folder, Option(rest, "--count", 1_000_000), Option(rest, "--seed", 1)),
    ["load", var file, ..] => LoadBenchmark.Run(file),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        "usage: speed TOKENIZER.json [--pairs N] [--threads N] | fuzz DIR [--count N] [--seed S] | load "
            + "TOKENIZER.json");
    return 2;
}

static int Option(string[] rest, string name, int defaultValue)
{
    var at = Array.IndexOf(rest, name);
    return at >= 0 && at + 1 < rest.Length ? int.Parse(rest[at + 1]) : defaultValue;
}
