using System.Text.Json;

namespace Pipeline.EmbeddedTemporal.HttpApi;

// What the web interface asks for first. Its pages ask in the ways of this version.
internal static class UiSettings
{
    private const string UiVersion = "2.38.0";

    public static string Json(EngineOptions options) => JsonSerializer.Serialize(new
    {
        Auth = new { Enabled = false, Options = (string[]?)null },
        BannerText = "",
        DefaultNamespace = "default",
        ShowTemporalSystemNamespace = false,
        FeedbackURL = "",
        NotifyOnNewVersion = false,
        Codec = new
        {
            Endpoint = options.CodecEndpoint,
            PassAccessToken = false,
            IncludeCredentials = false,
            DefaultErrorMessage = "",
            DefaultErrorLink = "",
        },
        Version = UiVersion,
        DisableWriteActions = false,
        WorkflowTerminateDisabled = false,
        WorkflowCancelDisabled = false,
        WorkflowSignalDisabled = false,
        WorkflowUpdateDisabled = false,
        WorkflowResetDisabled = false,
        BatchActionsDisabled = false,
        StartWorkflowDisabled = false,
        HideWorkflowQueryErrors = false,
        RefreshWorkflowCountsDisabled = false,
        ActivityCommandsDisabled = false,
    });
}
