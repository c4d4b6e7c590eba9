using Temporalio.Api.Workflow.V1;

namespace Pipeline.EmbeddedTemporal.Frontend;

// Options of a running workflow that can be changed from outside: the versioning override.
internal sealed class OptionsHandlers(Engine engine)
{
    public void Bind(MethodTable.ServiceBinder service) =>
        service.On<UpdateWorkflowExecutionOptionsRequest, UpdateWorkflowExecutionOptionsResponse>(
            "UpdateWorkflowExecutionOptions", (r, _) => engine.ExecuteAsync(tx =>
        {
            var run = engine.Runs.GetOpen(r.Namespace, r.WorkflowExecution);
            Change(tx, run, r.WorkflowExecutionOptions, r.UpdateMask, r.Identity);
            return new UpdateWorkflowExecutionOptionsResponse
            {
                WorkflowExecutionOptions = new WorkflowExecutionOptions
                {
                    VersioningOverride = run.State.Override,
                    Priority = run.State.Priority,
                },
            };
        }));

    public static void Change(
        Tx tx, History.Run run, WorkflowExecutionOptions? options, FieldMask? mask, string identity)
    {
        if (mask is null || mask.Paths.Count == 0) throw RpcError.Invalid("UpdateMask is not set on request.");
        foreach (var path in mask.Paths)
        {
            // Masks arrive in camelCase from the command line and in snake_case from others.
            if (path.Split('.')[0] is not ("versioning_override" or "versioningOverride"))
                throw RpcError.Unimplemented($"changing the option {path} of a workflow");
        }

        run.ChangeOverride(tx, Checked(options?.VersioningOverride), identity);
    }

    // The override in its present form: older clients use fields that have been replaced.
    public static VersioningOverride? Checked(VersioningOverride? given)
    {
        switch (given)
        {
            case null
                or
            {
                OverrideCase: VersioningOverride.OverrideOneofCase.None,
                Behavior: VersioningBehavior.Unspecified
            }:
                return null;
            case { OverrideCase: VersioningOverride.OverrideOneofCase.AutoUpgrade }
                or { Behavior: VersioningBehavior.AutoUpgrade }:
                return new VersioningOverride { AutoUpgrade = true };
            case { Pinned: null, PinnedVersion.Length: 0 } or { Pinned: { Version: null } }:
                throw RpcError.Invalid("must provide deployment version if behavior is pinned.");
            default:
                return new VersioningOverride
                {
                    Pinned = new VersioningOverride.Types.PinnedOverride
                    {
                        Behavior = VersioningOverride.Types.PinnedOverrideBehavior.Pinned,
                        Version = Deployments.DeploymentVersion.Parse(given.Pinned?.Version, given.PinnedVersion)
                            .Proto(),
                    },
                };
        }
    }

    // Descriptions also fill the replaced fields.
    public static VersioningOverride? Shown(VersioningOverride? stored)
    {
        if (stored is null) return null;
        var shown = stored.Clone();
        shown.Behavior = stored.Pinned is null ? VersioningBehavior.AutoUpgrade : VersioningBehavior.Pinned;
        if (Deployments.DeploymentVersion.Of(stored.Pinned?.Version) is { } version)
            shown.PinnedVersion = version.DottedKey;
        return shown;
    }
}
