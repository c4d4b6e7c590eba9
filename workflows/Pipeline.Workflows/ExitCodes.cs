namespace Pipeline.Workflows;

/// <summary>Exit codes of every command of the product.</summary>
public static class ExitCodes
{
    /// <summary>The command did what it was asked.</summary>
    public const int Ok = 0;

    /// <summary>Unknown option, missing argument or invalid configuration.</summary>
    public const int Usage = 2;

    /// <summary>Input data is malformed; the message names file, row or field.</summary>
    public const int BadInput = 3;

    /// <summary>A remote service did not answer within its time.</summary>
    public const int Unavailable = 4;

    /// <summary>A quality gate blocked the promotion.</summary>
    public const int GateFailed = 5;

    /// <summary>A digest, signature or invariant does not hold.</summary>
    public const int Integrity = 6;

    /// <summary>The caller may not do this.</summary>
    public const int NotAllowed = 7;

    /// <summary>Memory, disk or another resource is not enough.</summary>
    public const int Resources = 8;
}
