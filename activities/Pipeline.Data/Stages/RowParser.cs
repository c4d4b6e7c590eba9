using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Pipeline.Data.Stages;

/// <summary>Reads id and text of a row in one walk over its JSON. One instance a thread.</summary>
internal sealed class RowParser(TextFields fields, string? scoreField = null)
{
    private readonly byte[]? _score = scoreField is null ? null : Encoding.UTF8.GetBytes(scoreField);
    private readonly TextCollector _texts = new(fields);
    private readonly ByteBuffer _id = new(64);
    private string? _name;
    private bool _hasId;

    /// <summary>The selected texts, joined by line feeds; valid until the next row.</summary>
    public ByteBuffer Text => _texts.Text;

    /// <summary>The row's id: <c>_id</c>, else <c>id</c>, else null. Made when asked for; most rows are not.</summary>
    public string? Id => _hasId ? _name ??= Encoding.UTF8.GetString(_id.Span) : null;

    public double? Score { get; private set; }

    /// <summary>Whether the row has any of the text fields, were it with an empty text.</summary>
    public bool HasText => _texts.HasText;

    /// <summary>Parses a row.</summary>
    /// <returns>Null, or why the row cannot be used.</returns>
    public string? Parse(ReadOnlySpan<byte> json)
    {
        _texts.Begin();
        (_hasId, _name, Score) = (false, null, null);
        if (json.IsEmpty)
        {
            return "row is longer than the limit";
        }

        try
        {
            Walk(new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 }));
            return Utf8.IsValid(Text.Span) ? null : "not UTF-8";
        }
        catch (JsonException exception)
        {
            return $"not a JSON row: byte {exception.BytePositionInLine}";
        }
        catch (InvalidOperationException)
        {
            // The reader's word for a string that is not UTF-8.
            return "not UTF-8";
        }
    }

    private void Walk(Utf8JsonReader reader)
    {
        var own = false;
        ReadOnlySpan<byte> name = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("not an object", null, null, 0);
        }

        while (reader.Read())
        {
            _texts.Take(ref reader);
            if (reader.CurrentDepth != 1)
            {
                continue;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                name = reader.ValueSpan;
                own = name.SequenceEqual("_id"u8) || (!_hasId && name.SequenceEqual("id"u8))
                    || (_score is not null && name.SequenceEqual(_score));
            }
            else if (own && reader.TokenType is JsonTokenType.String or JsonTokenType.Number)
            {
                TakeOwn(ref reader, name);
                own = false;
            }
        }
    }

    private void TakeOwn(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (_score is not null && name.SequenceEqual(_score))
        {
            Score = reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : null;
            return;
        }

        (_hasId, _name) = (true, null);
        _id.Clear();
        if (reader.TokenType == JsonTokenType.Number)
        {
            _id.Add(reader.ValueSpan);
            return;
        }

        _id.Reserve(reader.ValueSpan.Length);
        _id.Length = reader.CopyString(_id.Array);
    }
}
