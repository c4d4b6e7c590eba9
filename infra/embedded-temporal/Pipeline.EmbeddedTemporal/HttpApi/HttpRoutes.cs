using Google.Protobuf.Reflection;
using Temporalio.Api.Dependencies.Google.Api;

namespace Pipeline.EmbeddedTemporal.HttpApi;

// All HTTP bindings of the known RPCs, read from their descriptors.
internal sealed class HttpRoutes
{
    private readonly ILookup<string, HttpRoute> _byVerb;

    public HttpRoutes(IEnumerable<MethodDescriptor> methods) =>
        _byVerb = methods.SelectMany(Of).OrderByDescending(r => r.Literals)
            .ToLookup(r => r.Verb, StringComparer.Ordinal);

    public (HttpRoute Route, List<(string Field, string Value)> Values)? Find(string verb, string[] path)
    {
        foreach (var route in _byVerb[verb])
        {
            if (route.Match(path) is { } values) return (route, values);
        }

        return null;
    }

    private static IEnumerable<HttpRoute> Of(MethodDescriptor method)
    {
        if (method.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is not { } rule) yield break;
        foreach (var r in rule.AdditionalBindings.Prepend(rule))
        {
            var (verb, template) = r.PatternCase switch
            {
                HttpRule.PatternOneofCase.Get => ("GET", r.Get),
                HttpRule.PatternOneofCase.Post => ("POST", r.Post),
                HttpRule.PatternOneofCase.Put => ("PUT", r.Put),
                HttpRule.PatternOneofCase.Delete => ("DELETE", r.Delete),
                HttpRule.PatternOneofCase.Patch => ("PATCH", r.Patch),
                _ => ("", ""),
            };
            if (verb.Length > 0 && template.StartsWith("/api/v1/", StringComparison.Ordinal))
                yield return new HttpRoute(method, verb, template, r.Body);
        }
    }
}
