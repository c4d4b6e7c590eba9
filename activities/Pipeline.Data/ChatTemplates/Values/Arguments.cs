namespace Pipeline.Data.ChatTemplates.Values;

/// <summary>Arguments of a call.</summary>
/// <param name="Positional">Those by place.</param>
/// <param name="Named">Those by name, in order.</param>
internal readonly record struct Arguments(object?[] Positional, KeyValuePair<string, object?>[] Named)
{
    /// <summary>Stands for an argument that was not given.</summary>
    public static readonly object Absent = new();

    public static Arguments None { get; } = new([], []);

    public static Arguments Of(params object?[] positional) => new(positional, []);

    /// <summary>Puts arguments in the order of the parameters.</summary>
    /// <returns>One value a parameter, <see cref="Absent"/> where none was given.</returns>
    public object?[] Bind(string function, params ReadOnlySpan<string> parameters)
    {
        if (Positional.Length > parameters.Length)
            throw Fault.Type($"{function}() takes at most {parameters.Length} arguments ({Positional.Length} given)");
        var bound = new object?[parameters.Length];
        Array.Fill(bound, Absent);
        Positional.CopyTo(bound, 0);
        foreach (var (name, value) in Named)
        {
            var at = parameters.IndexOf(name);
            if (at < 0) throw Fault.Type($"{function}() got an unexpected keyword argument '{name}'");
            if (at < Positional.Length) throw Fault.Type($"{function}() got multiple values for argument '{name}'");
            bound[at] = value;
        }

        return bound;
    }

    /// <summary>The same arguments without the first positional one.</summary>
    public Arguments Skip(int count) => this with { Positional = Positional[Math.Min(count, Positional.Length)..] };

    public static string Text(object? value, string function) => value switch
    {
        string text => text,
        UndefinedValue undefined => throw undefined.Fault(),
        _ => throw Fault.Type($"{function}() argument must be str, not {Kinds.Name(value)}"),
    };

    public static long Integer(object? value, long otherwise) => ReferenceEquals(value, Absent) || value is null
        ? otherwise
        : Numbers.TryLong(value, out var number) ? number : throw (value as UndefinedValue)?.Fault()
            ?? Fault.Type($"'{Kinds.Name(value)}' object cannot be interpreted as an integer");

    public static bool Flag(object? value, bool otherwise) =>
        ReferenceEquals(value, Absent) ? otherwise : Operations.IsTrue(value);

    public static object? Or(object? value, object? otherwise) => ReferenceEquals(value, Absent) ? otherwise : value;
}
