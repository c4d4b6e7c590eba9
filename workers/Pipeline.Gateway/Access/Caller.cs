namespace Pipeline.Gateway.Access;

/// <summary>Who sent a request, after the key was checked.</summary>
/// <param name="Client">The client whose rights and limits count.</param>
/// <param name="MayChooseArm">Whether the request may choose its arm.</param>
/// <param name="StickyKey">
/// What tells this sender from others in a rollout; null for one without key and id, whose requests are assigned one by
/// one.
/// </param>
public sealed record Caller(Client Client, bool MayChooseArm, string? StickyKey);
