using System.CommandLine;
using System.Globalization;
using Pipeline.Gateway.Configuration;
using Pipeline.Hosting.Configuration;
using Pipeline.Registry.Models;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Traffic;
using Pipeline.Workflows;

namespace Pipeline.Gateway.Deploy;

/// <summary><c>./pipeline deploy status|set|rollback</c>: the traffic states in the object store.</summary>
internal static class DeployCommand
{
    private static readonly Option<string?> Config = new("--config")
    {
        Description = "settings file (default: temporal.yaml)",
        Recursive = true,
    };
    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "one setting, as section.key=value",
        Recursive = true,
        DefaultValueFactory = _ => [],
    };
    private static readonly Option<string> Actor = new("--actor")
    {
        Description = "who acts (default: the user)",
        Recursive = true,
        DefaultValueFactory = _ => Environment.UserName,
    };
    private static readonly Argument<string> Alias = new("alias") { Description = "alias that clients name as model" };

    public static Command Create()
    {
        var command = new Command(
            "deploy", "read and change which adapter versions serve an alias") { Status(), SetTraffic(), RollBack() };
        command.Options.Add(Config);
        command.Options.Add(Set);
        command.Options.Add(Actor);
        return command;
    }

    private static Command Status()
    {
        var one = new Argument<string?>("alias")
        {
            Description = "only this alias, with its history",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("status", "what serves each alias") { one };
        command.SetAction(async (parsed, cancellation) =>
        {
            var store = Open(parsed);
            var states = new List<TrafficState>();
            if (parsed.GetValue(one) is { } alias)
            {
                states.AddRange(await store.HistoryAsync(alias, cancellation).ToListAsync(cancellation));
            }
            else
            {
                foreach (var name in await store.AliasesAsync(cancellation))
                {
                    // The alias was listed, so it has a state.
                    states.Add((await store.ReadAsync(name, cancellation))!);
                }
            }

            if (states.Count == 0 && !parsed.GetValue(JsonAnswer.Option))
            {
                Console.WriteLine("no alias has a traffic state");
            }

            Print(parsed, states);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command SetTraffic()
    {
        var stable = new Option<string?>("--stable")
        {
            Description = "adapter version NAME@VERSION, or base (default: as it is)",
        };
        var candidate = new Option<string?>("--candidate") { Description = "adapter version under trial" };
        var percent = new Option<double>("--percent") { Description = "share of clients that the candidate serves" };
        var shadow = new Option<bool>("--shadow") { Description = "the candidate gets copies only" };
        var rollout = new Option<string?>("--rollout")
        {
            Description = "name of the rollout (default: the present one, else the candidate)",
        };
        var expected = new Option<long?>("--expected-version")
        {
            Description = "fail when another version is in force (default: the one read now)",
        };
        var reason = new Option<string>("--reason") { Description = "why", Required = true };
        var command = new Command("set", "set the traffic of an alias, compare-and-set") { Alias, stable, candidate,
            percent, shadow, rollout, expected, reason };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (objects, alias) = (OpenObjects(parsed), parsed.GetRequiredValue(Alias));
            var store = new TrafficStore(objects);
            var current = await store.ReadAsync(alias, cancellation);
            var main = parsed.GetValue(stable) is { } name
                ? await ArmAsync(objects, name, cancellation) : current?.Stable;
            if (main is null)
            {
                return await JsonAnswer.FailAsync(
                    parsed.GetValue(JsonAnswer.Option),
                    $"alias '{alias}' has no traffic state yet; give --stable NAME@VERSION", ExitCodes.Usage);
            }

            var trial = parsed.GetValue(candidate) is { } other
                ? (current?.Candidate?.Adapter == other
                ? current.Candidate : await ArmAsync(objects, other, cancellation)) : null;
            var state = new TrafficState
            {
                Alias = alias,
                Stable = main,
                Candidate = trial,
                CandidatePercent = parsed.GetValue(percent),
                Shadow = parsed.GetValue(shadow),
                Rollout = parsed.GetValue(rollout)
                    ?? (current?.Candidate == trial && current is not null ? current.Rollout : trial?.Adapter ?? ""),
            };
            var version = parsed.GetValue(expected) ?? current?.Version ?? 0;
            Print(parsed,
                [await store.SetAsync(
                    state, version, parsed.GetRequiredValue(Actor), parsed.GetRequiredValue(reason), cancellation)]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command RollBack()
    {
        var reason = new Option<string>("--reason")
        {
            Description = "why",
            DefaultValueFactory = _ => "rollback by hand",
        };
        var command =
            new Command("rollback", "end the rollout of an alias: the stable arm gets everything") { Alias, reason };
        command.SetAction(async (parsed, cancellation) =>
        {
            var state = await Open(parsed).RollBackAsync(
                parsed.GetRequiredValue(Alias), parsed.GetRequiredValue(Actor), parsed.GetRequiredValue(reason),
                cancellation)
                ?? throw new InvalidDataException($"alias '{parsed.GetValue(Alias)}' has no traffic state");
            Print(parsed, [state]);
            return ExitCodes.Ok;
        });
        return command;
    }

    // A version of the registry is pinned to its package; a name that the registry does not know may come from a
    // folder.
    private static async Task<TrafficArm> ArmAsync(IObjectStore objects, string adapter, CancellationToken cancellation)
    {
        var registry = new ModelRegistry(objects);
        if (!(await registry.NamesAsync(cancellation)).Contains(adapter.Split('@')[0]))
        {
            return new TrafficArm { Adapter = adapter };
        }

        try
        {
            var version = await registry.ResolveAsync(adapter, cancellation);
            return new TrafficArm { Adapter = $"{version.Name}@{version.Version}", Digest = version.Package };
        }
        catch (RegistryException exception)
        {
            throw new InvalidDataException(
                $"{exception.Message}; ./pipeline registry show {adapter.Split('@')[0]} lists the versions", exception);
        }
    }

    private static TrafficStore Open(ParseResult parsed) => new(OpenObjects(parsed));

    private static IObjectStore OpenObjects(ParseResult parsed)
    {
        var root = Environment.GetEnvironmentVariable("PIPELINE_ROOT") is { Length: > 0 } given
            ? given : Directory.GetCurrentDirectory();
        var file = parsed.GetValue(Config) ?? Path.Combine(root, "temporal.yaml");
        var (settings, _) = SettingsLoader.Load(
            File.Exists(file) || parsed.GetValue(Config) is not null ? file : null, parsed.GetValue(Set));
        return GatewayStore.Open(settings.Store, root);
    }

    private static void Print(ParseResult parsed, IReadOnlyList<TrafficState> states)
    {
        if (parsed.GetValue(JsonAnswer.Option))
        {
            JsonAnswer.Write(states);
            return;
        }

        foreach (var state in states)
        {
            var trial = state.Candidate is null ? "" : string.Create(
                CultureInfo.InvariantCulture,
                $", candidate {state.Candidate.Adapter} "
                    + $"{(state.Shadow ? "in shadow" : $"{state.CandidatePercent:0.##} %")}");
            Console.WriteLine(
                $"{state.Alias}  version {state.Version}  stable {state.Stable.Adapter}{trial}  by {state.Actor} at "
                    + $"{state.UpdatedAt:u}: {state.Reason}");
        }
    }
}
