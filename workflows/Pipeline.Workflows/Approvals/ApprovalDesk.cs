using Pipeline.Workflows.Contracts;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Pipeline.Workflows.Approvals;

/// <summary>
/// Holds the one open request and decides who may answer it; a refused answer leaves no trace in the history.
/// </summary>
internal sealed class ApprovalDesk(Action changed)
{
    private const int DigestCharacters = 12;
    private readonly List<Decision> _decisions = [];

    public ApprovalRequest? Open { get; private set; }

    public bool Escalated { get; private set; }

    public IReadOnlyList<Decision> Decisions => _decisions;

    /// <summary>Answers that count towards the open request.</summary>
    public int Given => Open is { } open ? _decisions.Count(decision => Counts(decision, open)) : 0;

    /// <summary>Waits for the answers, escalates, and refuses when nobody answers.</summary>
    /// <returns>The deciding answer; its verdict is approved, waived, rejected or expired.</returns>
    public async Task<Decision> AskAsync(ApprovalRequest request, CancellationToken cancellation)
    {
        (Open, Escalated) = (request, false);
        changed();
        try
        {
            while (Decided() is not { } decision)
            {
                var next = Escalated || request.EscalatesAt >= request.Deadline
                    ? request.Deadline : request.EscalatesAt;
                var wait = next - Workflow.UtcNow;
                if (wait > TimeSpan.Zero
                    && await Workflow.WaitConditionAsync(() => Decided() is not null, wait, cancellation))
                {
                    continue;
                }

                if (next == request.Deadline)
                {
                    Add(request, "expired", "timer", $"no answer until {request.Deadline:yyyy-MM-dd HH:mm} UTC");
                    continue;
                }

                Escalated = true;
                changed();
            }

            return Decided() ?? throw new InvalidOperationException("no decision");
        }
        finally
        {
            Open = null;
            changed();
        }
    }

    /// <summary>Refuses an answer that may not count; runs before the answer enters the history.</summary>
    public void Check(DecisionInput? input, string verdict)
    {
        var open = Open ?? throw Refuse($"nothing is awaited now; '{verdict}' is not possible");
        if (input is null || string.IsNullOrWhiteSpace(input.By) || input.By.Length > 100)
        {
            throw Refuse("'by' must name the person, e.g. {\"by\":\"ada\",\"digest\":\""
                + open.Digest[..DigestCharacters] + "\"}");
        }

        CheckVerdict(open, input, verdict);
        CheckDigest(open, input.Digest);
        CheckPerson(open, input.By);
        CheckSignature(open, input, verdict);
    }

    /// <summary>Counts an answer that <see cref="Check"/> let through.</summary>
    public Decision Record(DecisionInput input, string verdict)
    {
        var open = Open ?? throw Refuse("nothing is awaited now");
        var decision = Add(open, verdict, input.By, input.Reason);
        changed();
        return decision;
    }

    public static void CheckDigest(ApprovalRequest open, string digest)
    {
        if (digest.Length < DigestCharacters || !open.Digest.StartsWith(digest, StringComparison.OrdinalIgnoreCase))
        {
            throw Refuse(
                $"digest '{(digest.Length > 64 ? digest[..64] : digest)}' is not what is decided on now, which is "
                    + $"{open.Digest}");
        }

        if (Workflow.UtcNow >= open.EvidenceExpires)
        {
            throw Refuse(
                $"the evidence expired at {open.EvidenceExpires:yyyy-MM-dd HH:mm} UTC; abort, or reset to the stage "
                    + "'evaluate'");
        }
    }

    private static bool Counts(Decision decision, ApprovalRequest open) =>
        decision.Gate == open.Gate && decision.Digest == open.Digest && decision.At >= open.Opened
            && decision.Verdict is "approved" or "waived";

    private static ApplicationFailureException Refuse(string message) =>
        new(message, ErrorTypes.NotAllowed, nonRetryable: true);

    private static void CheckVerdict(ApprovalRequest open, DecisionInput input, string verdict)
    {
        if (open.Gate == ApprovalRequest.Waiver && verdict == "approved")
        {
            throw Refuse("the gate failed; it cannot be approved, only waived or rejected");
        }

        if (open.Gate != ApprovalRequest.Waiver && verdict == "waived")
        {
            throw Refuse($"a {open.Gate} is awaited; it cannot be waived, only approved or rejected");
        }

        if (verdict != "approved" && string.IsNullOrWhiteSpace(input.Reason))
        {
            throw Refuse("'reason' is needed");
        }
    }

    private static void CheckSignature(ApprovalRequest open, DecisionInput input, string verdict)
    {
        if (open.PublicKeys.Count == 0)
        {
            return;
        }

        if (!open.PublicKeys.TryGetValue(input.By, out var key))
        {
            throw Refuse(
                $"answers must be signed and there is no key of '{input.By}'; approval.keys of the settings names "
                    + "them");
        }

        if (input.Signature.Length == 0)
        {
            throw Refuse("'signature' is missing; ./pipeline approve --as NAME --key FILE makes one");
        }

        if (!DecisionSignature.IsValid(
            key, DecisionSignature.TextOf(Workflow.Info.WorkflowId, open, verdict, input), input.Signature))
        {
            throw Refuse($"the signature is not one of '{input.By}' for this run, gate, digest, answer and reason");
        }
    }

    private void CheckPerson(ApprovalRequest open, string by)
    {
        if (by.Equals(open.Owner, StringComparison.OrdinalIgnoreCase))
        {
            throw Refuse($"'{by}' started the run and may not decide on it");
        }

        var allowed = Escalated ? [.. open.Approvers, .. open.EscalateTo] : open.Approvers;
        if (open.Approvers.Count > 0 && !allowed.Contains(by))
        {
            throw Refuse($"'{by}' may not decide; approvers are {string.Join(", ", allowed)}");
        }

        if (_decisions.Any(decision => decision.By.Equals(by, StringComparison.OrdinalIgnoreCase)
            && Counts(decision, open)))
        {
            throw Refuse($"'{by}' has decided already; {open.Required - Given} more must come from others");
        }
    }

    private Decision? Decided()
    {
        if (Open is not { } open)
        {
            return null;
        }

        var last = _decisions.LastOrDefault(
            decision => decision.Gate == open.Gate && decision.Digest == open.Digest && decision.At >= open.Opened);
        return last is { Verdict: "rejected" or "expired" } || (last is not null && Given >= open.Required)
            ? last : null;
    }

    private Decision Add(ApprovalRequest open, string verdict, string by, string reason)
    {
        var decision = new Decision
        {
            Gate = open.Gate,
            Digest = open.Digest,
            Verdict = verdict,
            By = by,
            Reason = reason,
            At = Workflow.UtcNow,
        };
        _decisions.Add(decision);
        return decision;
    }
}
