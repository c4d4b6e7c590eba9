using System.CommandLine;

namespace Pipeline.Gateway.Configuration;

/// <summary>The command line; the names of the adapter flags are vLLM's.</summary>
internal sealed class ServeArguments
{
    private ServeArguments()
    {
    }

    public Option<string> Model { get; } = new("--model")
    {
        Description = "directory of the base model",
        Required = true,
    };

    public Option<string?> Name { get; } = new("--served-model-name")
    {
        Description = "name of the base in requests (default: the directory's)",
    };

    public Option<string?> Adapters { get; } = new("--adapters")
    {
        Description = "folder with NAME/ or NAME/VERSION/ adapter directories",
    };

    public Option<string[]> Modules { get; } = new("--lora-modules")
    {
        Description = "NAME=PATH or {\"name\":…,\"path\":…}",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    public Option<string?> AdapterRoot { get; } = new("--adapter-root")
    {
        Description = "folder that load requests may name (default: --adapters)",
    };

    public Option<bool> EnableLora { get; } = new("--enable-lora")
    {
        Description = "accepted; adapters are always enabled",
    };

    public Option<int> MaxLoras { get; } = new("--max-loras")
    {
        Description = "distinct adapters in use at once",
        DefaultValueFactory = _ => 64,
    };

    public Option<int> MaxCpuLoras { get; } = new("--max-cpu-loras")
    {
        Description = "adapters that stay loaded",
        DefaultValueFactory = _ => 0,
    };

    public Option<int> MaxRank { get; } = new("--max-lora-rank")
    {
        Description = "largest rank",
        DefaultValueFactory = _ => 64,
    };

    public Option<string> LoraType { get; } = new Option<string>("--lora-dtype")
    {
        Description = "how adapters are kept: auto (as their files are) or bfloat16 (half the memory, faster when many "
            + "are in one batch)",
        DefaultValueFactory = _ => "auto",
    }.AcceptOnlyFromAmong("auto", "bfloat16");

    public Option<int?> MaxBatch { get; } = new("--max-num-seqs")
    {
        Description = "sequences decoded together (default: gateway.maxBatch)",
    };

    public Option<int> MaxLength { get; } = new("--max-model-len")
    {
        Description = "longest prompt and answer together",
        DefaultValueFactory = _ => 0,
    };

    public Option<int?> Threads { get; } = new("--threads")
    {
        Description = "threads of one operator (default: all cores)",
    };

    public Option<string?> Host { get; } = new("--host") { Description = "address (default: gateway.host)" };

    public Option<int?> Port { get; } = new("--port")
    {
        Description = "port, 0 for a free one (default: gateway.port)",
    };

    public Option<string?> Clients { get; } = new("--clients")
    {
        Description = "JSON file of clients, rules and prices",
    };

    public Option<bool> NoStore { get; } = new("--no-store")
    {
        Description = "ignore registry and traffic states of the object store",
    };

    public Option<double> SampleShare { get; } = new("--sample-share")
    {
        Description = "share of answers stored redacted",
        DefaultValueFactory = _ => 0.01,
    };

    public Option<bool> RollBack { get; } = new("--rollback-on-drift")
    {
        Description = "end a rollout when its candidate drifts",
    };

    public Option<string?> Config { get; } = new("--config") { Description = "settings file (default: temporal.yaml)" };

    public Option<string[]> Set { get; } = new("--set")
    {
        Description = "one setting, as section.key=value",
        DefaultValueFactory = _ => [],
    };

    public static Command Create(Func<ServeArguments, ParseResult, CancellationToken, Task<int>> run)
    {
        var arguments = new ServeArguments();
        var command = new Command(
            "serve", "OpenAI-compatible serving of one base model with many adapters; the admin key comes from "
                + "GATEWAY_ADMIN_KEY")
        {
            arguments.Model, arguments.Name, arguments.Adapters, arguments.Modules, arguments.AdapterRoot,
            arguments.EnableLora, arguments.MaxLoras,
            arguments.MaxCpuLoras, arguments.MaxRank, arguments.LoraType, arguments.MaxBatch, arguments.MaxLength,
            arguments.Threads,
            arguments.Host, arguments.Port,
            arguments.Clients, arguments.NoStore, arguments.SampleShare, arguments.RollBack, arguments.Config,
            arguments.Set,
        };
        command.SetAction((parsed, cancellation) => run(arguments, parsed, cancellation));
        return command;
    }
}
