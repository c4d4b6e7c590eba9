using System.Text;
using Pipeline.Data.ChatTemplates.Values;

namespace Pipeline.Data.ChatTemplates.Syntax;

/// <summary><c>{% for target in source if filter recursive %}…{% else %}…{% endfor %}</c>.</summary>
internal sealed class For(int line, Expression target, Expression source, Expression? filter, bool recursive,
    Block body, Block? otherwise) : Statement(line)
{
    public override Flow Execute(Scope scope, StringBuilder output)
    {
        Run(scope, source.Evaluate(scope), 0, output);
        return Flow.Next;
    }

    private void Run(Scope scope, object? items, int depth, StringBuilder output)
    {
        scope.State.Enter();
        var members = Kinds.Walk(items);
        var kept = filter is null ? members : members.Where(item => Keeps(scope, item));
        Func<object?, int, string>? recurse = !recursive ? null : (inner, level) =>
        {
            var text = new StringBuilder();
            Run(scope, inner, level, text);
            return text.ToString();
        };
        using var loop = new LoopValue(kept, filter is null ? items : null, depth, recurse);
        var empty = true;
        var round = new Scope(scope);
        while (loop.MoveNext(out var item))
        {
            empty = false;
            scope.State.Step();
            round.Clear();
            Targets.Set(round, target, item);
            round.Set("loop", loop);
            if (body.Execute(round, output) == Flow.Break) break;
            scope.State.CheckOutput(output.Length);
        }

        if (empty && otherwise is not null) otherwise.Execute(new Scope(scope), output);
        scope.State.Leave();
    }

    private bool Keeps(Scope scope, object? item)
    {
        var inner = new Scope(scope);
        Targets.Set(inner, target, item);
        return Operations.IsTrue(filter!.Evaluate(inner)); // only called with a filter
    }
}
