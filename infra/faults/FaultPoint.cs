using System.Globalization;
using System.Runtime.InteropServices;

namespace Pipeline.Faults;

/// <summary>Named places where a test can make this process fail; does nothing unless PIPELINE_FAULTS is set.</summary>
/// <remarks>
/// PIPELINE_FAULTS holds rules <c>point[#hit]=action</c> separated by semicolons. Actions: <c>kill</c> (SIGKILL to
/// itself),
/// <c>throw</c>, <c>delay:MILLISECONDS</c>, <c>errno:NUMBER</c>. <c>swarm:SEED:PER_THOUSAND</c> kills at random points
/// and prints its seed.
/// The file is compiled into each project that uses it, and left out of images built with <c>-p:FaultPoints=false</c>.
/// </remarks>
internal static class FaultPoint
{
    private static readonly FaultRule[] Rules =
        FaultRule.ParseAll(Environment.GetEnvironmentVariable("PIPELINE_FAULTS"));

    /// <summary>Marks a point; performs the action of each rule that names it.</summary>
    /// <param name="name">Dotted name, <c>stage.step</c>.</param>
    [System.Diagnostics.Conditional("FAULT_POINTS")]
    public static void Hit(string name)
    {
        foreach (var rule in Rules)
        {
            if (rule.Matches(name))
            {
                Perform(rule, name);
            }
        }
    }

    /// <summary>
    /// Passes bytes through; a rule <c>truncate:N</c> or <c>flip:N</c> for the point damages them first.
    /// </summary>
    /// <param name="name">Dotted name, <c>stage.step</c>.</param>
    /// <param name="data">Bytes about to be written or just read.</param>
    /// <returns>The bytes to go on with.</returns>
    public static byte[] Bytes(string name, byte[] data)
    {
        foreach (var rule in Rules)
        {
            if (rule.Action is "truncate" or "flip" && rule.Matches(name))
            {
                var position = (int)Math.Min(rule.Argument, Math.Max(0, data.Length - 1));
                data = rule.Action == "truncate" ? data[..position] : [.. data];
                if (rule.Action == "flip" && data.Length > 0)
                {
                    data[position] ^= 1;
                }
            }
        }

        return data;
    }

    private static void Perform(FaultRule rule, string name)
    {
        switch (rule.Action)
        {
            case "kill":
                Console.Error.WriteLine($"fault: kill at {name}");
                _ = Kill(Environment.ProcessId, 9);
                Thread.Sleep(Timeout.Infinite);
                break;
            case "throw":
                throw new InvalidOperationException($"fault: injected at {name}");
            case "errno":
                throw new IOException($"fault: errno {rule.Argument} injected at {name}", (int)rule.Argument);
            case "delay":
                Console.Error.WriteLine($"fault: delay at {name}");
                Thread.Sleep((int)rule.Argument);
                break;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Kill(int pid, int signal);

    private sealed class FaultRule(string point, long hit, string action, long argument, Random? swarm)
    {
        private long _hits;

        public string Action { get; } = action;

        public long Argument { get; } = argument;

        public static FaultRule[] ParseAll(string? text) =>
            string.IsNullOrWhiteSpace(text)
                ? []
                : [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .Select(Parse)];

        public bool Matches(string name)
        {
            if (swarm is not null)
            {
                lock (swarm)
                {
                    return swarm.Next(1000) < Argument;
                }
            }

            return point == name && (hit == 0 || Interlocked.Increment(ref _hits) == hit);
        }

        private static FaultRule Parse(string text)
        {
            if (text.StartsWith("swarm:", StringComparison.Ordinal))
            {
                var parts = text.Split(':');
                var seed = int.Parse(parts[1], CultureInfo.InvariantCulture);
                Console.Error.WriteLine($"fault: swarm seed {seed}");
                return new FaultRule(
                    "*", 0, "kill", long.Parse(parts[2], CultureInfo.InvariantCulture), new Random(seed));
            }

            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                throw new FormatException($"PIPELINE_FAULTS: '{text}' is not point[#hit]=action[:argument]");
            }

            var (left, right) = (text[..equals].Split('#'), text[(equals + 1)..].Split(':'));
            return new FaultRule(
                left[0],
                left.Length > 1 ? long.Parse(left[1], CultureInfo.InvariantCulture) : 0,
                right[0],
                right.Length > 1 ? long.Parse(right[1], CultureInfo.InvariantCulture) : 0,
                swarm: null);
        }
    }
}
