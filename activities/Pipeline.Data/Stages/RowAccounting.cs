using System.Text.Json.Serialization;

namespace Pipeline.Data.Stages;

/// <summary>Counts what became of each row of a stage: <c>in = out + Σ removed(rule) + quarantined</c>.</summary>
public sealed class RowAccounting
{
    /// <summary>Rows read.</summary>
    public long In { get; set; }

    /// <summary>Rows written to the output.</summary>
    public long Out { get; set; }

    /// <summary>Rows set aside because they could not be understood.</summary>
    public long Quarantined { get; set; }

    /// <summary>Rows left out on purpose, by the id of the rule that did it; ordered by id.</summary>
    public SortedDictionary<string, long> Removed { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Sum over <see cref="Removed"/>.</summary>
    [JsonIgnore]
    public long RemovedTotal => Removed.Values.Sum();

    /// <summary>Counts one row as removed.</summary>
    /// <param name="rule">Id of the rule.</param>
    public void Remove(string rule) => Removed[rule] = Removed.GetValueOrDefault(rule) + 1;

    /// <summary>Adds the counts of another part of the same stage.</summary>
    /// <param name="other">Counts of rows that are not counted here.</param>
    public void Add(RowAccounting other)
    {
        ArgumentNullException.ThrowIfNull(other);
        In += other.In;
        Out += other.Out;
        Quarantined += other.Quarantined;
        foreach (var (rule, rows) in other.Removed)
        {
            Removed[rule] = Removed.GetValueOrDefault(rule) + rows;
        }
    }

    /// <summary>Checks that no row was lost or counted twice.</summary>
    /// <param name="where">Stage or object, for the message.</param>
    /// <returns>This instance.</returns>
    /// <exception cref="RowAccountingException">The equation does not hold.</exception>
    public RowAccounting Check(string where)
    {
        if (In != Out + RemovedTotal + Quarantined)
        {
            throw new RowAccountingException(where, this);
        }

        return this;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"in {In} = out {Out} + removed {RemovedTotal} + quarantined {Quarantined}";
}
