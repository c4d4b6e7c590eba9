namespace Pipeline.Gateway.Access;

/// <summary>Who sent a request, after the key was checked.</summary>
/// <param name="Client">The client whose rights and limits count.</param>
/// <param name="MayChooseArm">Whether the request may choose its arm.</param>
public sealed record Caller(Client Client, bool MayChooseArm);
