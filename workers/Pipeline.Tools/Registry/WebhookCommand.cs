using System.CommandLine;
using Pipeline.Registry.Models;
using Pipeline.Registry.Webhooks;

namespace Pipeline.Tools.Registry;

/// <summary>
/// <c>registry webhook</c>: who hears of a model's events. Hosts come from the environment, never from the store or a
/// request.
/// </summary>
internal static class WebhookCommand
{
    private const string Hosts = "PIPELINE_WEBHOOK_HOSTS";

    public static Command Create() => new(
        "webhook", $"Send a model's events to other services; {Hosts} lists the allowed hosts as HOST:PORT,HOST:PORT.")
    {
        Add(), Deliver(),
    };

    private static Command Add()
    {
        var model = new Argument<string>("model") { Description = "model name" };
        var url = new Argument<string>("url") { Description = "https address on an allowed host" };
        var id = new Option<string?>("--id")
        {
            Description = "id; one of the same id is replaced (default: the model's name)",
        };
        var kinds = new Option<RegistryEventKind[]>("--kind")
        {
            Description = "kind of event (default: all)",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var secret = new Option<string>("--secret-variable")
        {
            Description = "environment variable with the signing secret",
            DefaultValueFactory = _ => "",
        };
        var command = new Command("add", "Send events from now on.") { model, url, id, kinds, secret };
        RegistryCommand.Run(command, async (parsed, registry, cancellation) =>
        {
            using var dispatcher = Open(registry);
            var webhook = new Webhook
            {
                Id = parsed.GetValue(id) ?? parsed.GetRequiredValue(model),
                Model = parsed.GetRequiredValue(model),
                Url = parsed.GetRequiredValue(url),
                Kinds = parsed.GetRequiredValue(kinds),
                SecretVariable = parsed.GetRequiredValue(secret),
            };
            await dispatcher.SubscribeAsync(webhook, cancellation);
            Answer.Write(
                parsed, webhook,
                $"{webhook.Id}: events of {webhook.Model} go to {webhook.Url} at the next './pipeline registry "
                    + "webhook deliver'");
        });
        return command;
    }

    private static Command Deliver()
    {
        var command = new Command("deliver", "Send what is due, once; run it from a timer.");
        RegistryCommand.Run(command, async (parsed, registry, cancellation) =>
        {
            using var dispatcher = Open(registry);
            var deliveries = await dispatcher.RunAsync(cancellation);
            if (parsed.GetValue(Answer.Json))
            {
                RegistryOptions.Print(deliveries);
                return;
            }

            RegistryOptions.PrintTable(["WEBHOOK", "DELIVERED", "FAILURE"],
                deliveries.Select(delivery => new[] { delivery.Webhook, $"{delivery.Delivered}", delivery.Failure }));
        });
        return command;
    }

    private static WebhookDispatcher Open(ModelRegistry registry) => new(
        registry,
        new WebhookDestinations(
            (Environment.GetEnvironmentVariable(Hosts) ?? "")
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)));
}
