using Pipeline.Gateway.Access;
using Pipeline.Gateway.Api;
using Pipeline.Gateway.Routing;
using Pipeline.Gateway.Serving;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Endpoints;

/// <summary>Finds what answers a request of any kind, and says in the response's headers what that was.</summary>
/// <param name="router">Finds what answers.</param>
/// <param name="recorder">Counts arms that could not begin.</param>
public sealed class FlowSelection(ModelRouter router, ServingRecorder recorder)
{
    /// <summary>Finds what answers.</summary>
    /// <param name="context">The request, for session and forced arm.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="model">Wanted model, or null.</param>
    /// <param name="text">Text for the routing rules.</param>
    /// <param name="user">The end user as the client's body names it, or null.</param>
    /// <returns>What answers.</returns>
    /// <exception cref="ApiException">There is no such model for this client, or its adapter is missing or
    /// changed.</exception>
    public ResolvedFlow Select(HttpContext context, Caller caller, string? model, string text, string? user)
    {
        try
        {
            return router.Resolve(caller, model, text, StickyKey(context, caller, user), ForcedArm(context.Request));
        }
        catch (AdapterUnavailableException exception)
        {
            recorder.RecordUnavailable(exception.Flow);
            throw exception.Answer;
        }
    }

    /// <summary>Names adapter, version, digest and arm.</summary>
    /// <param name="response">A response that has not started.</param>
    /// <param name="flow">What answers.</param>
    public static void Announce(HttpResponse response, ResolvedFlow flow)
    {
        response.Headers["X-Request-Id"] = response.HttpContext.TraceIdentifier;
        response.Headers["X-Adapter-Name"] = flow.Adapter?.Name ?? "base";
        if (flow.Adapter is { } adapter)
        {
            response.Headers["X-Adapter-Version"] = adapter.Version;
            response.Headers["X-Adapter-Digest"] = adapter.Digest;
        }

        if (flow.Traffic is { } state)
        {
            response.Headers["X-Traffic-Arm"] = flow.Arm == TrafficArmName.Candidate ? "candidate" : "stable";
            response.Headers["X-Traffic-Version"] = state.Version.ToString();
        }
    }

    // Session and end user refine the client's own key. Who gives none of them is split by request, so that the weights
    // hold.
    private static string StickyKey(HttpContext context, Caller caller, string? user)
    {
        var session = context.Request.Headers["X-Session-Id"].ToString();
        var part = session is { Length: > 0 and <= 256 } ? session : user is { Length: > 0 } ? user : null;
        return part is not null ? $"{caller.StickyKey ?? caller.Client.Id}/{part}"
            : caller.StickyKey ?? Guid.NewGuid().ToString("N");
    }

    private static TrafficArmName? ForcedArm(HttpRequest request) => request.Headers["X-Traffic-Arm"].ToString() switch
    {
        "" => null,
        "stable" => TrafficArmName.Stable,
        "candidate" => TrafficArmName.Candidate,
        _ => throw ApiException.BadField("X-Traffic-Arm", "must be stable or candidate"),
    };
}
