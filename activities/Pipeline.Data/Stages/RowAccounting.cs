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

    /// <summary>
    /// The same for each object that rows came from, by its key or, where rows do not tell it, by the name of their
    /// file; null where objects are not told apart.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SortedDictionary<string, RowAccounting>? Objects { get; set; }

    /// <summary>
    /// Rows of all objects beyond the 10,000 with the least names; null when there are no others.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RowAccounting? OtherObjects { get; set; }

    /// <summary>Sum over <see cref="Removed"/>.</summary>
    [JsonIgnore]
    public long RemovedTotal => Removed.Values.Sum();

    /// <summary>Counts one row as removed.</summary>
    /// <param name="rule">Id of the rule.</param>
    public void Remove(string rule) => Removed[rule] = Removed.GetValueOrDefault(rule) + 1;

    /// <summary>Gives a rule another name, in total and for each object.</summary>
    /// <param name="rule">Id of the rule.</param>
    /// <param name="name">What it is called from now on.</param>
    public void Rename(string rule, string name)
    {
        if (Removed.Remove(rule, out var rows))
        {
            Removed[name] = Removed.GetValueOrDefault(name) + rows;
        }

        foreach (var part in Parts())
        {
            part.Rows.Rename(rule, name);
        }
    }

    /// <summary>The objects with most rows, the largest first.</summary>
    /// <param name="most">Most objects.</param>
    /// <returns>Name and counts; of objects of one size the lesser name first.</returns>
    public IReadOnlyList<KeyValuePair<string, RowAccounting>> LargestObjects(int most) =>
        [.. (Objects ?? []).OrderByDescending(pair => pair.Value.In).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Take(most)];

    /// <summary>Adds the counts of another part of the same stage; those of its objects are not looked at.</summary>
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

    /// <summary>
    /// Checks that no row was lost or counted twice: in total, for each object, and in the sum of the objects.
    /// </summary>
    /// <param name="where">Stage or object, for the message.</param>
    /// <returns>This instance.</returns>
    /// <exception cref="RowAccountingException">The equation does not hold.</exception>
    public RowAccounting Check(string where)
    {
        if (In != Out + RemovedTotal + Quarantined)
        {
            throw new RowAccountingException(where, this);
        }

        if (Objects is null)
        {
            return this;
        }

        var sum = new RowAccounting();
        foreach (var (name, rows) in Parts())
        {
            sum.Add(rows.Check($"{where}, {name}"));
        }

        return sum.Counts(this) ? this : throw new RowAccountingException(
            $"{where}: the rows of its {Objects.Count} objects do not add up to those of the stage: {sum}, not {this}; "
                + "the output is not usable");
    }

    private IEnumerable<(string Name, RowAccounting Rows)> Parts() =>
        (Objects ?? []).Select(pair => ($"object '{pair.Key}'", pair.Value))
            .Concat(OtherObjects is null ? [] : [("the other objects", OtherObjects)]);

    private bool Counts(RowAccounting other) =>
        (In, Out, Quarantined) == (other.In, other.Out, other.Quarantined) && Removed.SequenceEqual(other.Removed);

    /// <inheritdoc/>
    public override string ToString() =>
        $"in {In} = out {Out} + removed {RemovedTotal} + quarantined {Quarantined}";
}
