namespace Pipeline.Cli.Tests.Support;

/// <summary>
/// The deployment that tests share which need nothing special; it has a judge: the base model behind its own gateway.
/// </summary>
public sealed class SharedDeployment : CliDeployment
{
    public SharedDeployment()
    {
        this["PIPELINE_JUDGE__URL"] = $"{GatewayUrl}/v1";
        this["PIPELINE_JUDGE__MODEL"] = "bookworm-6m";
    }
}
