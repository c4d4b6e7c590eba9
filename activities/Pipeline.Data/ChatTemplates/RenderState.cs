using System.Runtime.CompilerServices;
using System.Text;

namespace Pipeline.Data.ChatTemplates;

/// <summary>What one rendering has used and produced so far.</summary>
internal sealed class RenderState(ChatTemplateLimits limits, DateTimeOffset now)
{
    private long _steps = limits.MaxSteps;
    private int _depth;

    /// <summary>Line of the node evaluated last.</summary>
    public int Line { get; set; } = 1;

    public DateTimeOffset Now { get; } = now;

    /// <summary>Text of the template itself, as opposed to text captured in blocks and macros.</summary>
    public StringBuilder Output { get; } = new();

    public List<(int Start, int End)> Generated { get; } = [];

    public void Step(long cost = 1)
    {
        if ((_steps -= cost) < 0)
            throw Fault.Budget($"the template takes more than {limits.MaxSteps} steps; it loops over too much");
    }

    /// <summary>Accounts for a new text or list.</summary>
    public void Size(long length)
    {
        if (length > limits.MaxOutput)
            throw Fault.Budget($"a text or list has more than {limits.MaxOutput} characters or items");
        if (length > 64) Step(length >> 6);
    }

    /// <summary>Checks the length of a text that is being written, without charging for it again.</summary>
    public void CheckOutput(long length)
    {
        if (length > limits.MaxOutput)
            throw Fault.Budget($"the template writes more than {limits.MaxOutput} characters");
    }

    public void Enter()
    {
        if (++_depth > limits.MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Fault.Budget($"macros and loops are nested deeper than {limits.MaxDepth}");
    }

    public void Leave() => _depth--;

    public static void EnsureStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new ChatTemplateException("RecursionError", "a value is nested too deeply");
    }
}
