using Pipeline.Activities.Running;
using Pipeline.Activities.Storage;
using Pipeline.Registry.Traffic;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Temporalio.Activities;
using Temporalio.Exceptions;
using Division = Pipeline.Workflows.Contracts.TrafficState;
using StoredState = Pipeline.Registry.Traffic.TrafficState;

namespace Pipeline.Activities.Deployment;

/// <summary>Gateways and traffic as activities; the store holds the truth, gateways follow it.</summary>
/// <param name="traffic">Traffic states.</param>
/// <param name="gateways">Gateways.</param>
/// <param name="artifacts">Local folders, for prompts of generated requests.</param>
public sealed class DeploymentActivities(TrafficStore traffic, GatewayConnection gateways, LocalArtifacts artifacts)
    : IDeploymentActivities
{
    private const string Base = "base";

    /// <inheritdoc/>
    [Activity]
    public Task<IReadOnlyList<string>> ListGatewaysAsync(string route) =>
        Task.FromResult<IReadOnlyList<string>>([.. gateways.Addresses.Select(address => address.ToString())]);

    /// <inheritdoc/>
    [Activity]
    public async Task LoadAdapterAsync(GatewayAdapterInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var pulse = new ActivityPulse();
        var (route, id, gateway) = (input.Version.Name, input.Version.Id, new Uri(input.Gateway));

        // A gateway brings what a traffic state names, so the version is named with no share of the traffic first.
        var now = await ReadAsync(route, pulse.Stop);
        if (now.StableVersion != input.Version.Version && now.CandidateVersion != input.Version.Version)
        {
            await WriteAsync(now with { CandidateVersion = input.Version.Version, CandidatePercent = 0 }, "deployment",
                $"load {id}", pulse.Stop);
        }

        await gateways.RefreshAsync(gateway, pulse.Stop);
        var answer = await gateways.AskAsync(gateway, id, "warm-up", "warm-up", 1, pulse.Stop);
        if (answer.Failed)
        {
            throw new HttpRequestException($"{gateway} does not answer with {id}: {answer.Error}");
        }
    }

    /// <inheritdoc/>
    [Activity]
    public Task UnloadAdapterAsync(GatewayAdapterInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return gateways.UnloadAsync(
            new Uri(input.Gateway), input.Version.Id, ActivityExecutionContext.Current.CancellationToken);
    }

    /// <inheritdoc/>
    [Activity]
    public Task<Division> ReadTrafficAsync(string route) =>
        ReadAsync(route, ActivityExecutionContext.Current.CancellationToken);

    /// <inheritdoc/>
    [Activity]
    public async Task<Division> SetTrafficAsync(SetTrafficInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var pulse = new ActivityPulse();
        var stored = await WriteAsync(input.Traffic, input.Actor, input.Reason, pulse.Stop);
        foreach (var gateway in gateways.Addresses)
        {
            await ConfirmAsync(gateway, stored, pulse.Stop);
        }

        var read = await ReadAsync(input.Traffic.Route, pulse.Stop);
        return read == input.Traffic
            ? read
            : throw new ApplicationFailureException(
                $"traffic of {read.Route} reads back as {read}, not as {input.Traffic}", ErrorTypes.TrafficMismatch);
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<CanaryMeasurement> WatchTrafficAsync(WatchTrafficInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var pulse = new ActivityPulse();
        return input.Generate
            ? await new GeneratedTraffic(gateways, artifacts).RunAsync(input, pulse)
            : await ReportedTraffic.ReadAsync(gateways, input.Route, pulse.Stop);
    }

    // A gateway that cannot be reached serves nobody; it reads the state when it comes back.
    private async Task ConfirmAsync(Uri gateway, StoredState stored, CancellationToken cancellation)
    {
        var versions = await gateways.RefreshAsync(gateway, cancellation);
        if (versions.GetValueOrDefault(stored.Alias) < stored.Version)
        {
            throw new ApplicationFailureException(
                $"{gateway} applies version {versions.GetValueOrDefault(stored.Alias)} of the traffic of "
                    + $"{stored.Alias}, not {stored.Version}", ErrorTypes.TrafficMismatch);
        }
    }

    private async Task<StoredState> WriteAsync(
        Division wanted, string actor, string reason, CancellationToken cancellation)
    {
        while (true)
        {
            var current = await traffic.ReadAsync(wanted.Route, cancellation);
            if (current is not null && DivisionOf(current) == wanted)
            {
                return current;
            }

            try
            {
                return await traffic.SetAsync(
                    StateOf(wanted, current), current?.Version ?? 0, Text(actor, 200), Text(reason, 2000),
                    cancellation);
            }
            catch (TrafficConflictException)
            {
                // Somebody else set it meanwhile; look again.
            }
        }
    }

    private async Task<Division> ReadAsync(string route, CancellationToken cancellation) =>
        await traffic.ReadAsync(route, cancellation) is { } state ? DivisionOf(state) : new Division { Route = route };

    private static Division DivisionOf(StoredState state) => new()
    {
        Route = state.Alias,
        StableVersion = VersionOf(state.Stable.Adapter),
        CandidateVersion = state.Candidate is null ? 0 : VersionOf(state.Candidate.Adapter),
        CandidatePercent = (int)Math.Round(state.CandidatePercent),
    };

    // Arms keep prompts and decoding parameters that somebody gave them.
    private static StoredState StateOf(Division wanted, StoredState? current)
    {
        var candidate = wanted.CandidateVersion == 0 ? null : ArmOf(wanted.Route, wanted.CandidateVersion, current);
        return new StoredState
        {
            Alias = wanted.Route,
            Stable = ArmOf(wanted.Route, wanted.StableVersion, current),
            Candidate = candidate,
            CandidatePercent = wanted.CandidatePercent,
            Rollout = candidate is null ? "" : $"{wanted.Route}-{wanted.CandidateVersion}",
        };
    }

    private static TrafficArm ArmOf(string route, int version, StoredState? current)
    {
        var adapter = version == 0 ? Base : $"{route}@{version}";
        return new[] { current?.Stable, current?.Candidate }.FirstOrDefault(arm => arm?.Adapter == adapter)
            ?? new TrafficArm { Adapter = adapter };
    }

    private static int VersionOf(string adapter) =>
        adapter == Base ? 0 : int.Parse(adapter[(adapter.LastIndexOf('@') + 1)..]);

    private static string Text(string text, int length) => text.Length == 0 ? "pipeline" : text.Length > length
        ? text[..length] : text;
}
