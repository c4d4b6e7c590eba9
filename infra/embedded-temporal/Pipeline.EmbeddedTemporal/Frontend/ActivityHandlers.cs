using Pipeline.EmbeddedTemporal.History;

namespace Pipeline.EmbeddedTemporal.Frontend;

// What people do with pending activities: pause, unpause, reset, change options.
internal sealed class ActivityHandlers(Engine engine)
{
    private static readonly RpcError NotPending = RpcError.NotFound(
        "Can't find pending activity with such ID. Invalid activityID or activity already completed");

    public void Bind(MethodTable.ServiceBinder service) => service
        .On<PauseActivityRequest, PauseActivityResponse>("PauseActivity", (r, _) => engine.ExecuteAsync(tx =>
        {
            var run = Open(r.Namespace, r.Execution);
            foreach (var activity in Find(run, r.Id, r.Type, all: false))
                run.PauseActivity(tx, activity, r.Identity, r.Reason);
            return new PauseActivityResponse();
        }))
        .On<UnpauseActivityRequest, UnpauseActivityResponse>("UnpauseActivity", (r, _) => engine.ExecuteAsync(tx =>
        {
            var run = Open(r.Namespace, r.Execution);
            foreach (var activity in Find(run, r.Id, r.Type, r.UnpauseAll))
                run.UnpauseActivity(tx, activity, r.ResetAttempts, r.ResetHeartbeat, r.Jitter.Span());
            return new UnpauseActivityResponse();
        }))
        .On<ResetActivityRequest, ResetActivityResponse>("ResetActivity", (r, _) => engine.ExecuteAsync(tx =>
        {
            var run = Open(r.Namespace, r.Execution);
            foreach (var activity in Find(run, r.Id, r.Type, r.MatchAll))
            {
                if (r.RestoreOriginalOptions) run.RestoreActivityOptions(tx, activity);
                run.ResetActivity(tx, activity, r.ResetHeartbeat, r.KeepPaused, r.Jitter.Span());
            }

            return new ResetActivityResponse();
        }))
        .On<UpdateActivityOptionsRequest, UpdateActivityOptionsResponse>(
            "UpdateActivityOptions", (r, _) => engine.ExecuteAsync(tx =>
        {
            var run = Open(r.Namespace, r.Execution);
            if (!r.RestoreOriginal && (r.ActivityOptions is null || r.UpdateMask is null))
                throw RpcError.Invalid("ActivityOptions are not provided");
            Temporalio.Api.Activity.V1.ActivityOptions? options = null;
            foreach (var activity in Find(run, r.Id, r.Type, r.MatchAll))
                options = r.RestoreOriginal ? run.RestoreActivityOptions(tx, activity)
                    : run.ChangeActivityOptions(tx, activity, r.ActivityOptions, Paths(r.UpdateMask));
            return new UpdateActivityOptionsResponse { ActivityOptions = options };
        }));

    private Run Open(string ns, WorkflowExecution? execution) => engine.Runs.GetOpen(ns, execution);

    private static List<ActivityState> Find(Run run, string id, string type, bool all)
    {
        if (!all && id.Length == 0 && type.Length == 0)
            throw RpcError.Invalid("either activity type or activity id must be provided");
        var found = run.Activities.Values.Where(a => all || (id.Length > 0 ? a.ActivityId == id : a.Type == type))
            .ToList();
        return found.Count > 0 || all ? found : throw NotPending;
    }

    // Masks arrive in camelCase from the command line and in snake_case from others.
    private static IEnumerable<string> Paths(FieldMask mask) => mask.Paths.Select(p =>
        string.Concat(p.Select(c => char.IsUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString())));
}
