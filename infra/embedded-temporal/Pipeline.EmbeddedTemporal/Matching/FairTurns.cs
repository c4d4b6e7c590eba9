namespace Pipeline.EmbeddedTemporal.Matching;

// Who is served next among the waiting tasks of one priority: each fairness key has a clock that a task moves on by
// one over its weight, and the task with the earliest time comes first. A key that was away begins at the present time
// and cannot save up turns. Source: stride scheduling, Waldspurger and Weihl 1995.
internal sealed class FairTurns
{
    private const int MostKeys = 10_000;
    private readonly Dictionary<(int Priority, string Key), double> _last = [];
    private readonly Dictionary<int, double> _now = [];

    public double Next(MatchItem item)
    {
        if (_last.Count > MostKeys) _last.Clear();
        var key = (item.Priority, item.FairnessKey);
        var turn = Math.Max(_last.GetValueOrDefault(key), _now.GetValueOrDefault(item.Priority))
            + (1 / item.FairnessWeight);
        _last[key] = turn;
        return turn;
    }

    public void Served(int priority, double turn) => _now[priority] = turn;

    // With nobody waiting there is nothing to be fair about.
    public void Forget()
    {
        _last.Clear();
        _now.Clear();
    }
}
