using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>
/// Any other regular expression, run as an automaton over code points: all possibilities advance together, so a search
/// costs at most (length × instructions) whatever the pattern. The match is the one that backtracking would find.
/// </summary>
internal sealed class RegexPattern(RegexProgram program) : TextPattern
{
    private readonly RegexInstruction[] _code = [.. program.Code];

    internal override bool TryFind(ReadOnlySpan<byte> text, int from, out int start, out int end)
    {
        var current = new ThreadList(_code.Length);
        var next = new ThreadList(_code.Length);
        (start, end) = (-1, -1);
        for (var at = from; at <= text.Length;)
        {
            if (end < 0) AddThread(current, program.Start, at, text, at);
            if (current.Count == 0 && end >= 0) break;
            var length = 1;
            var c = at < text.Length ? CodePoints.Decode(text, at, out length) : -1;
            next.Clear();
            for (var i = 0; i < current.Count; i++)
            {
                var (instruction, threadStart) = current[i];
                var code = _code[instruction];
                if (code.Opcode == RegexOpcode.Match)
                {
                    // Threads after this one have a lower priority.
                    (start, end) = (threadStart, at);
                    break;
                }

                if (c >= 0 && code.Test!.Accepts(c)) AddThread(next, code.Next, threadStart, text, at + length);
            }

            (current, next) = (next, current);
            at += length;
        }

        return end >= 0;
    }

    private void AddThread(ThreadList threads, int instruction, int start, ReadOnlySpan<byte> text, int at)
    {
        var stack = threads.Stack;
        stack.Push(instruction);
        while (stack.TryPop(out var index))
        {
            if (!threads.Visit(index)) continue;
            var code = _code[index];
            switch (code.Opcode)
            {
                case RegexOpcode.Split:
                    stack.Push(code.Other);
                    stack.Push(code.Next);
                    break;
                case RegexOpcode.Look:
                    if (Holds(code.Look!, text, at)) stack.Push(code.Next);
                    break;
                default:
                    threads.Add(index, start);
                    break;
            }
        }
    }

    private static bool Holds(RegexNode.Look look, ReadOnlySpan<byte> text, int at)
    {
        var exists = look.IsBehind ? at > 0 : at < text.Length;
        if (!exists) return look.IsNegative;
        if (look.Test is null) return !look.IsNegative;
        var c = look.IsBehind ? CodePoints.DecodeBefore(text, at, out _) : CodePoints.Decode(text, at, out _);
        return look.Test.Accepts(c) != look.IsNegative;
    }

    /// <summary>The possibilities at one position, most preferred first, each instruction at most once.</summary>
    private sealed class ThreadList(int instructions)
    {
        private readonly (int Instruction, int Start)[] _threads = new (int, int)[instructions];
        private readonly int[] _seen = new int[instructions];
        private int _generation = 1;

        internal Stack<int> Stack { get; } = new();

        internal int Count { get; private set; }

        internal (int Instruction, int Start) this[int index] => _threads[index];

        internal void Clear()
        {
            Count = 0;
            _generation++;
        }

        internal bool Visit(int instruction)
        {
            if (_seen[instruction] == _generation) return false;
            _seen[instruction] = _generation;
            return true;
        }

        internal void Add(int instruction, int start) => _threads[Count++] = (instruction, start);
    }
}
