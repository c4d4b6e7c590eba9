using System.Security.Cryptography;
using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.FineTuning;
using Temporalio.Client;

namespace Pipeline.Cli.Runs;

/// <summary>Sends decisions to a run, signed where a key is given.</summary>
internal static class Decisions
{
    public const string Approved = "approved";
    public const string Rejected = "rejected";
    public const string Waived = "waived";

    /// <summary>Sends a decision.</summary>
    /// <param name="handle">The run.</param>
    /// <param name="open">What is awaited; null when nothing is, and the run says so.</param>
    /// <param name="verdict">One of the constants.</param>
    /// <param name="input">Who and why.</param>
    /// <param name="keyFile">File with a private key; null or empty signs nothing.</param>
    public static Task SendAsync(
        WorkflowHandle<FineTuneWorkflow, FineTuneResult> handle, ApprovalRequest? open, string verdict,
        DecisionInput input, string? keyFile)
    {
        var signed = keyFile is { Length: > 0 } && open is not null
            ? Sign(handle.Id, open, verdict, input, keyFile) : input;
        return verdict switch
        {
            Approved => handle.ExecuteUpdateAsync(wf => wf.ApproveAsync(signed)),
            Rejected => handle.ExecuteUpdateAsync(wf => wf.RejectAsync(signed)),
            _ => handle.ExecuteUpdateAsync(wf => wf.WaiveAsync(signed)),
        };
    }

    // The key is read where it lies and goes nowhere.
    private static DecisionInput Sign(
        string run, ApprovalRequest open, string verdict, DecisionInput input, string keyFile)
    {
        try
        {
            return input with
            {
                Signature = DecisionSignature.Sign(
                    File.ReadAllText(keyFile), DecisionSignature.TextOf(run, open, verdict, input))
            };
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            throw new ArgumentException(
                $"{keyFile} holds no private key of an elliptic curve; make one with `openssl genpkey -algorithm EC "
                    + "-pkeyopt ec_paramgen_curve:P-256`", nameof(keyFile), exception);
        }
    }
}
