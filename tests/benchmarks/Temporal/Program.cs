using Benchmarks.Temporal;

// worker ADDRESS QUEUE: a worker in a process of its own, until its input ends. It is what tests kill and benchmarks
// measure.
// [ROUNDS]: this worker beside the official TypeScript one (peer.mjs), on a server that TEMPORAL_CLI names or on the
// embedded one.
return args is ["worker", var address, var queue]
    ? await WorkerProcess.RunAsync(address, queue)
    : await Comparison.RunAsync(args is [var rounds, ..] ? int.Parse(rounds) : 3);
