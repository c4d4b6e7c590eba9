using System.Collections.Concurrent;
using Pipeline.Registry.Monitoring;
using Pipeline.Registry.Traffic;
using Pipeline.Statistics;

namespace Pipeline.Gateway.Monitoring;

/// <summary>
/// What both arms of each alias did since the traffic state in force was set. A new version starts from zero.
/// </summary>
public sealed class ArmBoard
{
    private const int Kept = 4096;

    private readonly ConcurrentDictionary<string, Board> _boards = new(StringComparer.Ordinal);

    /// <summary>Counts a finished request.</summary>
    /// <param name="state">State that chose the arm.</param>
    /// <param name="arm">The arm.</param>
    /// <param name="failed">Whether the server failed it.</param>
    /// <param name="seconds">Whole latency; ignored for failures.</param>
    /// <param name="entropy">Mean token entropy, nats; NaN when there is none.</param>
    public void Count(TrafficState state, TrafficArmName arm, bool failed, double seconds, double entropy)
    {
        var board = BoardOf(state.Alias, state.Version);
        if (board.Version == state.Version)
        {
            board.Arms[(int)arm].Count(failed, seconds, entropy);
        }
    }

    /// <summary>Counts comparisons that a judge made between both arms.</summary>
    /// <param name="state">State in force.</param>
    /// <param name="wins">Comparisons that the candidate won.</param>
    /// <param name="losses">Comparisons that it lost.</param>
    public void Judge(TrafficState state, long wins, long losses)
    {
        var board = BoardOf(state.Alias, state.Version);
        board.Arms[(int)TrafficArmName.Candidate].Judge(wins, losses);
        board.Arms[(int)TrafficArmName.Stable].Judge(losses, wins);
    }

    /// <summary>The metrics of an arm under a state.</summary>
    /// <param name="state">State in force.</param>
    /// <param name="arm">The arm.</param>
    /// <returns>Metrics since the state was set here.</returns>
    public ArmMetrics Read(TrafficState state, TrafficArmName arm)
    {
        var adapter = arm == TrafficArmName.Stable ? state.Stable.Adapter : state.Candidate?.Adapter ?? "";
        return BoardOf(state.Alias, state.Version).Arms[(int)arm].Read() with { Adapter = adapter };
    }

    // Requests of an older version may end after a newer one came; they belong to no board any more.
    private Board BoardOf(string alias, long version) => _boards.AddOrUpdate(
        alias, _ => new Board(version), (_, board) => board.Version < version ? new Board(version) : board);

    private sealed record Board(long Version)
    {
        public Arm[] Arms { get; } = [new(), new()];
    }

    private sealed class Arm
    {
        private readonly Lock _lock = new();
        private readonly double[] _latencies = new double[Kept];
        private ArmMetrics _metrics = new();
        private long _timed;

        public void Count(bool failed, double seconds, double entropy)
        {
            lock (_lock)
            {
                _metrics =
                    _metrics with { Requests = _metrics.Requests + 1, Errors = _metrics.Errors + (failed ? 1 : 0) };
                if (failed)
                {
                    return;
                }

                _latencies[_timed++ % Kept] = seconds;
                _metrics = _metrics with
                {
                    LogLatency = _metrics.LogLatency.Add(Math.Log(Math.Max(seconds, 1e-6))),
                    Entropy = double.IsNaN(entropy) ? _metrics.Entropy : _metrics.Entropy.Add(entropy),
                };
            }
        }

        public void Judge(long wins, long losses)
        {
            lock (_lock)
            {
                _metrics = _metrics with
                { JudgeWins = _metrics.JudgeWins + wins, JudgeLosses = _metrics.JudgeLosses + losses };
            }
        }

        public ArmMetrics Read()
        {
            lock (_lock)
            {
                var sorted = _latencies.AsSpan(0, (int)Math.Min(_timed, Kept)).ToArray();
                Array.Sort(sorted);
                return sorted.Length == 0 ? _metrics : _metrics with
                {
                    Latency = new LatencyQuantiles(
                        Quantiles.OfSorted(sorted, 0.5), Quantiles.OfSorted(sorted, 0.95),
                        Quantiles.OfSorted(sorted, 0.99)),
                };
            }
        }
    }
}
