using System.Text.Json;

namespace Pipeline.Data.Stages;

/// <summary>
/// Collects the selected texts of a row while its tokens pass by, joined by line feeds. One instance a thread.
/// </summary>
internal sealed class TextCollector(TextFields fields)
{
    private bool _wanted;

    /// <summary>The texts so far.</summary>
    public ByteBuffer Text { get; } = new();

    /// <summary>Whether the row has any of the text fields, were it with an empty text.</summary>
    public bool HasText { get; private set; }

    /// <summary>Forgets the last row.</summary>
    public void Begin()
    {
        Text.Clear();
        (HasText, _wanted) = (false, false);
    }

    /// <summary>Takes notice of a token of the row.</summary>
    public void Take(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                Enter(reader.ValueSpan, reader.CurrentDepth);
                break;
            case JsonTokenType.String when _wanted:
                Take(ref reader, Text);
                break;
            case JsonTokenType.StartObject:
                // An array keeps the name of its field, an object has names of its own.
                Leave();
                break;
        }
    }

    /// <summary>A property begins.</summary>
    /// <param name="name">Its name as it stands in the row.</param>
    /// <param name="depth">1 for those of the row itself.</param>
    public void Enter(ReadOnlySpan<byte> name, int depth) =>
        _wanted = (depth == 1 || !fields.TopLevelOnly) && fields.Contains(name);

    /// <summary>An object begins.</summary>
    public void Leave() => _wanted = false;

    /// <summary>A string of the property that began last, unescaped.</summary>
    public void Add(ReadOnlySpan<byte> value)
    {
        if (_wanted)
        {
            Join();
            Text.Add(value);
        }
    }

    private void Take(ref Utf8JsonReader reader, ByteBuffer text)
    {
        Join();
        if (reader.ValueIsEscaped)
        {
            text.Reserve(reader.ValueSpan.Length);
            text.Length += reader.CopyString(text.Array.AsSpan(text.Length));
        }
        else
        {
            text.Add(reader.ValueSpan);
        }
    }

    private void Join()
    {
        HasText = true;
        if (Text.Length > 0)
        {
            Text.Add((byte)'\n');
        }
    }
}
