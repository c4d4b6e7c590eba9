using System.Diagnostics;
using Pipeline.Data.Packing;

// One million lengths: log-normal (median 148, the tail cut at the room), all equal, and one in a thousand longer than
// a row.
const int Count = 1_000_000;
const int Room = 2048;
var random = new Random(1);
double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
(string Name, int[] Lengths)[] sets =
[
    ("log-normal", [.. Enumerable.Range(0, Count).Select(_ => (int)Math.Clamp(Math.Exp(5 + Normal()), 1, Room))]),
    ("all 700", [.. Enumerable.Repeat(700, Count)]),
    ("some > row", [.. Enumerable.Range(0, Count).Select(i => i % 1000 == 0 ? 3 * Room : random.Next(1, 600))]),
];
foreach (var (name, lengths) in sets)
{
    foreach (var strategy in Enum.GetValues<PackingStrategy>())
    {
        var times = new List<double>();
        PackingPlan? plan = null;
        for (var run = 0; run < 7; run++)
        {
            var watch = Stopwatch.StartNew();
            plan = SequencePacker.Pack(lengths, Room, strategy);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine(
            $"{name,-10} {strategy,-12} median {times[3],6:F0} ms  rows {plan?.Rows,7}  lower bound "
                + $"{((plan?.TokensOut ?? 0) + Room - 1) / Room,7}  fill {plan?.Fill:P3}");
    }
}
