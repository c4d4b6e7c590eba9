using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Pipeline.Data.Stages;

/// <summary>Reads id and text of a row in one walk over its JSON. One instance a thread.</summary>
internal sealed class RowParser(TextFields fields, string? scoreField = null)
{
    private readonly byte[]? _score = scoreField is null ? null : Encoding.UTF8.GetBytes(scoreField);

    /// <summary>The selected texts, joined by line feeds; valid until the next row.</summary>
    public ByteBuffer Text { get; } = new();

    /// <summary>The row's id: <c>_id</c>, else <c>id</c>, else null.</summary>
    public string? Id { get; private set; }

    public double? Score { get; private set; }

    /// <summary>Whether the row has any of the text fields, were it with an empty text.</summary>
    public bool HasText { get; private set; }

    /// <summary>Parses a row.</summary>
    /// <returns>Null, or why the row cannot be used.</returns>
    public string? Parse(ReadOnlySpan<byte> json)
    {
        Text.Clear();
        (Id, Score, HasText) = (null, null, false);
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
        var (wanted, own) = (false, false);
        ReadOnlySpan<byte> name = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("not an object", null, null, 0);
        }

        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = reader.ValueSpan;
                    wanted = (reader.CurrentDepth == 1 || !fields.TopLevelOnly) && fields.Contains(name);
                    if (reader.CurrentDepth == 1)
                    {
                        own = name.SequenceEqual("_id"u8) || (Id is null && name.SequenceEqual("id"u8))
                            || (_score is not null && name.SequenceEqual(_score));
                    }

                    break;
                case JsonTokenType.String when wanted:
                    AddText(ref reader);
                    break;
                case JsonTokenType.StartArray or JsonTokenType.EndArray:
                    // An array of strings keeps the name of its field.
                    break;
                case JsonTokenType.StartObject:
                    wanted = false;
                    break;
            }

            if (own && reader.CurrentDepth == 1 && reader.TokenType is JsonTokenType.String or JsonTokenType.Number)
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
        }
        else
        {
            Id = reader.TokenType == JsonTokenType.String
                ? reader.GetString() : Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    private void AddText(ref Utf8JsonReader reader)
    {
        HasText = true;
        if (Text.Length > 0)
        {
            Text.Add((byte)'\n');
        }

        if (reader.ValueIsEscaped)
        {
            Text.Reserve(reader.ValueSpan.Length);
            Text.Length += reader.CopyString(Text.Array.AsSpan(Text.Length));
        }
        else
        {
            Text.Add(reader.ValueSpan);
        }
    }
}
