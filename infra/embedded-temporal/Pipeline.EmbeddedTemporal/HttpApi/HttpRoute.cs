using Google.Protobuf.Reflection;

namespace Pipeline.EmbeddedTemporal.HttpApi;

// One HTTP binding of an RPC, as its google.api.http option gives it.
internal sealed class HttpRoute
{
    private readonly string[] _segments;

    public HttpRoute(MethodDescriptor method, string verb, string template, string body)
    {
        Method = method;
        Verb = verb;
        BodyField = body;
        _segments = template.Trim('/').Split('/');
    }

    public MethodDescriptor Method { get; }

    public string Verb { get; }

    // "*" for the whole message, the name of one field, or empty for none.
    public string BodyField { get; }

    // More literal segments make a more specific route.
    public int Literals => _segments.Count(s => !IsVariable(s));

    // The values of the path variables (field path and text), or null when the path is another one.
    public List<(string Field, string Value)>? Match(string[] path)
    {
        if (path.Length != _segments.Length) return null;
        var values = new List<(string, string)>();
        for (var i = 0; i < path.Length; i++)
        {
            if (IsVariable(_segments[i])) values.Add((_segments[i][1..^1], path[i]));
            else if (!string.Equals(_segments[i], path[i], StringComparison.Ordinal)) return null;
        }

        return values;
    }

    private static bool IsVariable(string segment) => segment.StartsWith('{') && segment.EndsWith('}');
}
