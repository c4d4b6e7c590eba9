namespace Pipeline.Registry.Models;

/// <summary>Why the registry refused something.</summary>
public enum RegistryError
{
    /// <summary>A name, alias, revision, tag or text is not acceptable.</summary>
    InvalidName,

    /// <summary>No such base model, model, version or alias.</summary>
    NotFound,

    /// <summary>The base model is not registered in this revision.</summary>
    BaseNotRegistered,

    /// <summary>The files of the base model are not those that were registered.</summary>
    BaseMismatch,

    /// <summary>The base model, or a request with the same idempotency key, is registered with other content.</summary>
    Conflict,

    /// <summary>The alias moved meanwhile; the message names the winner's version.</summary>
    AliasMoved,

    /// <summary>The version is used by an alias or a deployment.</summary>
    InUse,

    /// <summary>The version was deleted.</summary>
    Deleted,

    /// <summary>A protected alias needs passed evidence and an approval of exactly this package.</summary>
    GateMissing,

    /// <summary>Stored bytes do not have the digest that their record promises.</summary>
    Digest,

    /// <summary>A webhook's destination is not allowed.</summary>
    Destination,
}

/// <summary>A refusal of the registry.</summary>
/// <param name="error">Why.</param>
/// <param name="message">A sentence that names the object and the next step.</param>
public sealed class RegistryException(RegistryError error, string message) : Exception($"{CodeOf(error)}: {message}")
{
    /// <summary>Why.</summary>
    public RegistryError Error { get; } = error;

    /// <summary>The stable code for logs and scripts, such as <c>E-REG-ALIAS-MOVED</c>.</summary>
    public string Code => CodeOf(Error);

    private static string CodeOf(RegistryError error) => error switch
    {
        RegistryError.InvalidName => "E-REG-NAME",
        RegistryError.NotFound => "E-REG-NOT-FOUND",
        RegistryError.BaseNotRegistered => "E-REG-BASE-UNKNOWN",
        RegistryError.BaseMismatch => "E-REG-BASE-MISMATCH",
        RegistryError.Conflict => "E-REG-CONFLICT",
        RegistryError.AliasMoved => "E-REG-ALIAS-MOVED",
        RegistryError.InUse => "E-REG-IN-USE",
        RegistryError.Deleted => "E-REG-DELETED",
        RegistryError.GateMissing => "E-REG-GATE",
        RegistryError.Digest => "E-REG-DIGEST",
        _ => "E-REG-DESTINATION",
    };
}
