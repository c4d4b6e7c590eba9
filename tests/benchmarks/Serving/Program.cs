using Benchmarks.Serving;

// usage: Serving decode | overhead | adapters | hop [NGINX-URL]
return args switch
{
    ["decode"] => await DecodeBenchmark.RunAsync(),
    ["overhead"] => await OverheadBenchmark.RunAsync(),
    ["adapters"] => await AdapterBenchmark.RunAsync(),
    ["soak", .. var rest] => await SoakBenchmark.RunAsync(Number(rest, 0, 10), Number(rest, 1, 8)),
    ["hop", .. var rest] => HopBenchmark.Run(rest.Length > 0 ? rest[0] : null),
    ["hop-serve", var kind, var port] => await HopServer.RunAsync(
        kind, int.Parse(port, System.Globalization.CultureInfo.InvariantCulture)),
    _ => Usage(),
};

static double Number(string[] rest, int at, double otherwise) =>
    rest.Length > at ? double.Parse(rest[at], System.Globalization.CultureInfo.InvariantCulture) : otherwise;

static int Usage()
{
    Console.Error.WriteLine(
        "usage: Serving decode | overhead | adapters | hop [ADDRESS OF NGINX IN FRONT OF PORT 18099] | soak [MINUTES "
            + "[REQUESTS PER SECOND]]");
    return 2;
}
