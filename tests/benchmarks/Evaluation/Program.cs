using Benchmarks.Evaluation;

// Questions a second of the fast way against the plain one, same questions, same binary, one thread.
// usage: ./pipeline bench Evaluation [plain questions a subject, default 3] | ./pipeline bench Evaluation generated
// [tasks, default all 57]
using var subject = new Subject();
if (args.Contains("generated"))
{
    GeneratedBenchmark.Run(subject, args.Length > 1 ? int.Parse(args[1]) : int.MaxValue);
}
else
{
    ShippedBenchmark.Run(subject, args.Length > 0 ? int.Parse(args[0]) : 3);
}

return 0;
