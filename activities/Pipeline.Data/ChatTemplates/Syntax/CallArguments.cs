using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Syntax;

/// <summary>Arguments as written: by place, by name, and <c>*list</c> and <c>**dict</c>.</summary>
internal sealed record CallArguments(
    IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Rest,
    Expression? NamedRest)
{
    public static CallArguments None { get; } = new([], [], null, null);

    public Arguments Evaluate(Scope scope)
    {
        if (ReferenceEquals(this, None)) return Arguments.None;
        object?[] positional = Positional.Count == 0 ? [] : new object?[Positional.Count];
        for (var i = 0; i < positional.Length; i++) positional[i] = Positional[i].Evaluate(scope);
        if (Rest is not null) positional = [.. positional, .. Kinds.Walk(Rest.Evaluate(scope))];
        var named = Named.Count == 0 ? [] : new KeyValuePair<string, object?>[Named.Count];
        for (var i = 0; i < named.Length; i++) named[i] = new(Named[i].Name, Named[i].Value.Evaluate(scope));
        if (NamedRest is null) return new Arguments(positional, named);
        var dict = NamedRest.Evaluate(scope) as DictValue ?? throw Fault.Type("argument after ** must be a mapping");
        return new Arguments(
            positional, [.. named, .. dict.Entries.Select(e => KeyValuePair.Create(Printer.Str(e.Key), e.Value))]);
    }
}
