namespace Pipeline.Workflows.Inputs;

/// <summary>Collects problems with the allowed ranges.</summary>
internal sealed class ProblemList(IEnumerable<string> first)
{
    private readonly List<string> _problems = [.. first];

    public IReadOnlyList<string> All => _problems;

    public void When(bool wrong, string problem)
    {
        if (wrong)
        {
            _problems.Add(problem);
        }
    }

    // A value that is not a number is in no range.
    public void Range(string field, double value, double low, double high) =>
        When(!(value >= low && value <= high), $"{field}: {value} is not between {low} and {high}");

    public void Above(string field, double value, double low, double high) =>
        When(!(value > low && value <= high), $"{field}: {value} is not above {low} and at most {high}");

    public void Positive(string field, TimeSpan value) =>
        When(value <= TimeSpan.Zero, $"{field}: {value} is not a positive duration");

    public void Text(string field, string value) =>
        When(string.IsNullOrWhiteSpace(value) || value.Length > 500 || value.Any(char.IsControl),
            $"{field}: a text of 1 to 500 characters is needed");

    public void Name(string field, string value) =>
        When(string.IsNullOrWhiteSpace(value) || value.Length > 100 || value.Any(char.IsControl),
            $"{field}: a name of 1 to 100 characters is needed");

    public void Slug(string field, string value) =>
        When(
            value.Length is 0 or > 63 || !char.IsAsciiLetterOrDigit(value[0])
                || value.Any(c => !char.IsAsciiDigit(c) && !char.IsAsciiLetterLower(c) && c != '-'),
            $"{field}: only a-z, 0-9 and '-', at most 63 characters, starting with a letter or digit");

    public void OneOf(string field, string value, string[] known) =>
        When(!known.Contains(value),
            $"{field}: '{(value.Length > 60 ? value[..60] : value)}' is none of {string.Join(", ", known)}");
}
