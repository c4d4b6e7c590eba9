using Benchmarks.Serving;

// usage: Serving decode | adapters | hop [NGINX-URL]
return args switch
{
    ["decode"] => await DecodeBenchmark.RunAsync(),
    ["adapters"] => await AdapterBenchmark.RunAsync(),
    ["hop", .. var rest] => await HopBenchmark.RunAsync(rest.Length > 0 ? rest[0] : null),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Serving decode | adapters | hop [ADDRESS OF NGINX IN FRONT OF PORT 18099]");
    return 2;
}
