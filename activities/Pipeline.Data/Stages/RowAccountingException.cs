namespace Pipeline.Data.Stages;

/// <summary>A stage lost or invented rows; its output must not be used.</summary>
public sealed class RowAccountingException : Exception
{
    /// <summary>Creates an empty instance.</summary>
    public RowAccountingException()
    {
    }

    /// <summary>Creates an instance with a message.</summary>
    /// <param name="message">What does not add up.</param>
    public RowAccountingException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an instance with a message and a cause.</summary>
    /// <param name="message">What does not add up.</param>
    /// <param name="innerException">The cause.</param>
    public RowAccountingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal RowAccountingException(string where, RowAccounting rows)
        : base($"{where}: rows do not add up: in {rows.In}, out {rows.Out}, removed {rows.RemovedTotal}, quarantined "
            + $"{rows.Quarantined}; the output is not usable")
    {
    }
}
