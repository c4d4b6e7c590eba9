namespace Pipeline.Tools.Text;

/// <summary>
/// Writes JSON values as they come, one a line, or at the end as one array, so that a failure on the way leaves no half
/// document.
/// </summary>
internal sealed class JsonList(TextWriter output, bool asArray)
{
    private readonly List<string> _values = [];

    public void Add(string json)
    {
        if (asArray)
        {
            _values.Add(json);
            return;
        }

        output.WriteLine(json);
    }

    public void End()
    {
        if (asArray)
        {
            output.WriteLine($"[{string.Join(",\n", _values)}]");
        }
    }
}
