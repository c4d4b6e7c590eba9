namespace Pipeline.Gateway.Adapters;

/// <summary>Why an adapter cannot be served.</summary>
public enum AdapterFault
{
    /// <summary>Files are missing, damaged or do not fit the base model.</summary>
    Damaged,

    /// <summary>The files are not those that were approved.</summary>
    DigestMismatch,

    /// <summary>The adapter uses something that cannot be served without merging, or its rank is too large.</summary>
    NotServable,
}

/// <summary>An adapter was refused; the server goes on.</summary>
/// <param name="fault">Class of the fault.</param>
/// <param name="message">What is wrong and what to do.</param>
/// <param name="inner">The cause.</param>
public sealed class AdapterLoadException(AdapterFault fault, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Class of the fault.</summary>
    public AdapterFault Fault { get; } = fault;

    /// <summary>Machine-readable code.</summary>
    public string Code => Fault switch
    {
        AdapterFault.DigestMismatch => "E-REG-DIGEST",
        AdapterFault.NotServable => "E-ADAPTER-NOT-SERVABLE",
        _ => "E-ADAPTER-DAMAGED",
    };
}
