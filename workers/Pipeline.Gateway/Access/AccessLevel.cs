namespace Pipeline.Gateway.Access;

/// <summary>Who may call an endpoint. An endpoint without one is refused.</summary>
public enum AccessLevel
{
    /// <summary>Anybody who can reach the port; only for the liveness answer.</summary>
    Anonymous,

    /// <summary>Clients.</summary>
    Client,

    /// <summary>Operators and workflows.</summary>
    Admin,
}
