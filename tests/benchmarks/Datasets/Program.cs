using Benchmarks.Datasets;

// Rendering of chat templates and whole dataset builds.
//   render TEMPLATE.jinja [--rounds N]            rows/s of two-turn conversations on one core
//   build MODEL_DIR [--mb N]               MB/s and peak memory of a build from JSONL
return args switch
{
    ["render", var file, .. var rest] => RenderBenchmark.Run(file, Option(rest, "--rounds", 5)),
    ["build", var model, .. var rest] => BuildBenchmark.Run(model, Option(rest, "--mb", 10)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: render TEMPLATE.jinja [--rounds N] | build MODEL_DIR [--mb N]");
    return 2;
}

static int Option(string[] rest, string name, int defaultValue)
{
    var at = Array.IndexOf(rest, name);
    return at >= 0 && at + 1 < rest.Length ? int.Parse(rest[at + 1]) : defaultValue;
}
