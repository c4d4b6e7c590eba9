using System.Text;
using System.Text.Json;

namespace Pipeline.Data.Sanitization;

/// <summary>Follows a reader through a row, so that the path of a text can be told when somebody asks for it.</summary>
internal sealed class JsonPlace
{
    public const int MaxDepth = 64;
    private readonly Level[] _levels = new Level[MaxDepth + 1];
    private ReadOnlyMemory<byte> _json;
    private int _depth;

    /// <summary>Id of the row.</summary>
    public string Row { get; private set; } = "";

    public void Begin(ReadOnlyMemory<byte> json, string row) => (_json, Row, _depth) = (json, row, 0);

    /// <summary>Takes notice of a token before it is used.</summary>
    public void Enter(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                (_levels[_depth].Start, _levels[_depth].Length) =
                    ((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
                _levels[_depth].Name = reader.ValueIsEscaped ? reader.GetString() : null;
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                _levels[_depth].Index++;
                _levels[++_depth] = new Level { Index = reader.TokenType == JsonTokenType.StartArray ? -1 : NoArray };
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                _depth--;
                break;
            default:
                _levels[_depth].Index++;
                break;
        }
    }

    /// <summary>The path, such as <c>$.messages[0].content</c>.</summary>
    public override string ToString()
    {
        var path = new StringBuilder("$");
        for (var depth = 1; depth <= _depth; depth++)
        {
            var level = _levels[depth];
            _ = level.Index >= 0
                ? path.Append('[').Append(level.Index).Append(']')
                : path.Append('.')
                    .Append(level.Name ?? Encoding.UTF8.GetString(_json.Span.Slice(level.Start, level.Length)));
        }

        return path.ToString();
    }

    private const int NoArray = int.MinValue;

    private struct Level
    {
        public int Index;
        public int Start;
        public int Length;
        public string? Name;
    }
}
