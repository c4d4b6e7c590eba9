using Pipeline.Gateway.Access;
using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Api;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Routing;

/// <summary>
/// Finds what answers a request. Names are looked up in memory; nothing in a request ever becomes a path or an address.
/// </summary>
/// <param name="baseName">Name of the base model.</param>
/// <param name="catalog">Adapters that may be served.</param>
/// <param name="traffic">Traffic states.</param>
/// <param name="rules">Rules and fallback for requests that name no model.</param>
public sealed class ModelRouter(string baseName, AdapterCatalog catalog, TrafficWatcher traffic, ClientsFile rules)
{
    /// <summary>Model name of requests that leave the choice to the gateway.</summary>
    public const string Auto = "auto";

    /// <summary>Resolves a request.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="model">Wanted model; null or <c>auto</c> lets rules, the client's route and the fallback
    /// decide.</param>
    /// <param name="text">Last user turn or prompt, for the rules.</param>
    /// <param name="clientKey">Key of the sticky assignment.</param>
    /// <param name="forced">Arm asked for by an allowed header.</param>
    /// <returns>What answers.</returns>
    /// <exception cref="ApiException">404 when there is no such model for this client, 503 when its adapter is missing
    /// or changed.</exception>
    public ResolvedFlow Resolve(
        Caller caller, string? model, string text, string clientKey, TrafficArmName? forced = null)
    {
        if (model is not null and not Auto)
        {
            return ResolveName(caller, model, clientKey, forced);
        }

        var rule = rules.Rules.FirstOrDefault(candidate => candidate.Matches(caller.Client.Id, text));
        var target = rule?.Target ?? caller.Client.Route ?? rules.Fallback
            ?? throw ApiException.ModelNotFound(model ?? "");
        return ResolveName(caller, target, clientKey, forced) with
        { Rule = rule?.Name ?? (caller.Client.Route is null ? "fallback" : "client") };
    }

    private ResolvedFlow ResolveName(Caller caller, string model, string clientKey, TrafficArmName? forced)
    {
        if (model == baseName || model == "base")
        {
            return new ResolvedFlow { Model = baseName };
        }

        if (!(TrafficNames.IsName(model) || TrafficNames.IsVersion(model))
            || !caller.Client.MayUse(model.Split('@')[0]))
        {
            throw ApiException.ModelNotFound(model);
        }

        if (traffic.Find(model) is not { } state)
        {
            return new ResolvedFlow
            {
                Model = model,
                Adapter = catalog.Find(model) ?? throw ApiException.ModelNotFound(model),
            };
        }

        var arm = TrafficAssignment.Choose(state, clientKey, caller.MayChooseArm ? forced : null);
        var flow = OfArm(model, state, arm);
        return state is { Shadow: true, Candidate: not null } ? flow with { Shadow = TryShadow(model, state) } : flow;
    }

    private ResolvedFlow OfArm(string model, TrafficState state, TrafficArmName name)
    {
        // Choose gives the candidate only when there is one.
        var arm = name == TrafficArmName.Candidate ? state.Candidate! : state.Stable;
        var flow = new ResolvedFlow { Model = model, Traffic = state, Arm = name, Settings = arm };
        if (arm.Adapter == "base")
        {
            return flow;
        }

        var adapter = catalog.Find(arm.Adapter)
            ?? throw new AdapterUnavailableException(
                flow, new ApiException(503, "adapter_unavailable", $"'{arm.Adapter}' is not on this gateway yet")
                {
                    RetryAfter = 1,
                });
        return arm.Digest.Length == 0 || arm.Digest == adapter.Digest || arm.Digest == adapter.Package
            ? flow with { Adapter = adapter }
            : throw new AdapterUnavailableException(
                flow, new ApiException(503, "E-REG-DIGEST",
                    $"'{arm.Adapter}' has other files here than the rollout approved; they are not served"));
    }

    private ResolvedFlow? TryShadow(string model, TrafficState state)
    {
        try
        {
            return OfArm(model, state, TrafficArmName.Candidate);
        }
        catch (AdapterUnavailableException)
        {
            return null;
        }
    }
}
