using Pipeline.Workflows;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Pipeline.Hosting.Engine;

/// <summary>Registers the product's search attributes; a workflow that sets an unknown one would not get on.</summary>
public static class SearchAttributeSetup
{
    /// <summary>Registers what is missing.</summary>
    /// <param name="client">A client.</param>
    /// <returns>A task that ends when all are known.</returns>
    /// <exception cref="InvalidOperationException">They are missing and this client may not add them; the message has
    /// the command that does.</exception>
    public static async Task EnsureAsync(ITemporalClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        var missing = await MissingAsync(client);
        if (missing.Count == 0)
        {
            return;
        }

        var request = new AddSearchAttributesRequest { Namespace = client.Options.Namespace };
        missing.ForEach(name => request.SearchAttributes.Add(name, IndexedValueType.Keyword));
        try
        {
            await client.OperatorService.AddSearchAttributesAsync(request);
        }
        catch (RpcException exception) when (exception.Code == RpcException.StatusCode.AlreadyExists)
        {
            // Another worker was faster.
        }
        catch (RpcException exception)
            when (exception.Code is RpcException.StatusCode.PermissionDenied or RpcException.StatusCode.Unimplemented)
        {
            throw new InvalidOperationException(
                $"the search attributes {string.Join(", ", missing)} are missing and cannot be added with these "
                + "credentials; an administrator runs: temporal operator "
                + $"search-attribute create --namespace {client.Options.Namespace} "
                + $"{string.Join(' ', missing.Select(name => $"--name {name} --type Keyword"))}", exception);
        }
    }

    private static async Task<List<string>> MissingAsync(ITemporalClient client)
    {
        try
        {
            var known =
                await client.OperatorService.ListSearchAttributesAsync(new() { Namespace = client.Options.Namespace });
            return [.. SearchAttributes.All.Select(attribute => attribute.Name)
                .Where(name => !known.CustomAttributes.ContainsKey(name))];
        }
        catch (RpcException exception) when (exception.Code == RpcException.StatusCode.Unimplemented)
        {
            // Such an engine takes any attribute.
            return [];
        }
    }
}
