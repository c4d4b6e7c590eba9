namespace Pipeline.EmbeddedTemporal.History;

// A query on its way to a worker, outside of workflow tasks, until somebody answers it or nobody waits any more. Each
// offer has a number: what an earlier offer left in a queue is stale.
internal sealed class DirectQuery(Run run, PendingQuery pending)
{
    private int _offer;
    private bool _isTaken;

    public Run Run => run;

    public PendingQuery Pending => pending;

    public string Id => pending.Id;

    public Temporalio.Api.Query.V1.WorkflowQuery Query => pending.Query;

    public TaskCompletionSource<QueryAnswer> Answer => pending.Answer;

    // To the worker that has the run cached, as long as it lives, or to any worker.
    public void Offer(Tx tx, bool maySticky)
    {
        var offer = ++_offer;
        _isTaken = false;
        var sticky = maySticky ? run.LiveStickyQueue : "";
        var item = new Matching.QueryItem(this, offer, sticky);
        tx.Defer(() => run.Engine.Matching.Offer(tx, item));
        if (sticky.Length == 0) return;

        // As the real server: the worker counts as gone when it does not take the query in the time that it named.
        run.Engine.AddTimer(
            tx.Now + (run.State.StickyTimeout > TimeSpan.Zero ? run.State.StickyTimeout : Limits.StickyPollerLife),
            new TimerEntry("", TimerKind.Callback, 0, 0, later =>
            {
                if (Waits(offer)) Offer(later, maySticky: false);
            }));
    }

    public bool Waits(int offer) => !_isTaken && offer == _offer && run.Engine.DirectQueries.ContainsKey(Id);

    public void Take() => _isTaken = true;
}
