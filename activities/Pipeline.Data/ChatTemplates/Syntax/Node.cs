using System.Text;

namespace Pipeline.Data.ChatTemplates.Syntax;

/// <summary>How a statement ends.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

/// <summary>An expression of a template.</summary>
internal abstract class Expression(int line)
{
    public int Line { get; } = line;

    public abstract object? Evaluate(Scope scope);
}

/// <summary>A statement or a piece of text of a template.</summary>
internal abstract class Statement(int line)
{
    public int Line { get; } = line;

    public abstract Flow Execute(Scope scope, StringBuilder output);
}
