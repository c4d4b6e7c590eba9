namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>What one instruction of a <see cref="RegexProgram"/> does.</summary>
internal enum RegexOpcode
{
    Character,
    Split,
    Look,
    Match,
}

/// <summary>One instruction: <paramref name="Next"/> is tried before <paramref name="Other"/>.</summary>
internal readonly record struct RegexInstruction(
    RegexOpcode Opcode, int Next, int Other, CharacterTest? Test, RegexNode.Look? Look);

/// <summary>A regular expression as a list of instructions of a nondeterministic automaton.</summary>
internal sealed class RegexProgram
{
    private const int MaxInstructions = 20_000;

    private readonly List<RegexInstruction> _code = [];

    private RegexProgram()
    {
    }

    internal IReadOnlyList<RegexInstruction> Code => _code;

    internal int Start { get; private set; }

    internal static RegexProgram Compile(RegexNode node)
    {
        var program = new RegexProgram();
        program.Start = program.Emit(node, program.Add(new RegexInstruction(RegexOpcode.Match, 0, 0, null, null)));
        return program;
    }

    private int Add(RegexInstruction instruction)
    {
        if (_code.Count >= MaxInstructions) throw new FormatException("the regular expression is too large");
        _code.Add(instruction);
        return _code.Count - 1;
    }

    /// <summary>Emits a node that goes on at <paramref name="next"/>, and returns where it starts.</summary>
    private int Emit(RegexNode node, int next)
    {
        switch (node)
        {
            case RegexNode.Character character:
                return Add(new RegexInstruction(RegexOpcode.Character, next, 0, character.Test, null));
            case RegexNode.Look look:
                return Add(new RegexInstruction(RegexOpcode.Look, next, 0, null, look));
            case RegexNode.Sequence sequence:
                for (var i = sequence.Parts.Count - 1; i >= 0; i--) next = Emit(sequence.Parts[i], next);
                return next;
            case RegexNode.Choice choice:
                var start = Emit(choice.Branches[^1], next);
                for (var i = choice.Branches.Count - 2; i >= 0; i--)
                {
                    start = Add(
                        new RegexInstruction(RegexOpcode.Split, Emit(choice.Branches[i], next), start, null, null));
                }

                return start;
            case RegexNode.Repeat repeat:
                return EmitRepeat(repeat, next);
            default:
                throw new InvalidOperationException($"unknown node {node.GetType().Name}");
        }
    }

    private int EmitRepeat(RegexNode.Repeat repeat, int next)
    {
        if (repeat.Max < 0)
        {
            // The loop's split is patched once its body is known.
            var loop = Add(default);
            _code[loop] = Branch(Emit(repeat.Body, loop), next, repeat.IsGreedy);
            next = loop;
        }
        else
        {
            var end = next;
            for (var i = repeat.Min; i < repeat.Max; i++)
                next = Add(Branch(Emit(repeat.Body, next), end, repeat.IsGreedy));
        }

        for (var i = 0; i < repeat.Min; i++) next = Emit(repeat.Body, next);
        return next;
    }

    private static RegexInstruction Branch(int body, int exit, bool isGreedy) =>
        isGreedy ? new(RegexOpcode.Split, body, exit, null, null) : new(RegexOpcode.Split, exit, body, null, null);
}
