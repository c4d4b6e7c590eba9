using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Pipeline.Data.Dedup;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Sanitization;

/// <summary>
/// Cleans the strings of one row. A first walk finds the first string that may need a change, most often none; only
/// then is the row written anew, token by token. One instance a thread.
/// </summary>
internal sealed class RowSanitizer : IDisposable
{
    private const int MostNames = 256;
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = JsonPlace.MaxDepth };
    private static readonly JsonDocumentOptions Strict = new()
    {
        MaxDepth = JsonPlace.MaxDepth,
        AllowDuplicateProperties = false,
    };

    private readonly SanitizeOptions _options;
    private readonly Dictionary<ulong, (byte[] Name, byte[] Before)> _plainNames = [];
    private readonly ArrayBufferWriter<byte> _output = new(1 << 16);
    private readonly Utf8JsonWriter _writer;
    private readonly JsonPlace _place = new();
    private readonly ByteBuffer _unescaped = new();
    private readonly RepeatedNames _names = new();
    private readonly TextCollector? _texts;
    private ReadOnlyMemory<byte> _row;
    private (int Start, int End) _id;
    private (int Start, int End) _oldMark;
    private bool _marked;
    private bool _hasPreferredId;
    private long _firstSuspect;
    private long _searched;

    public RowSanitizer(SanitizeOptions options)
    {
        (_options, Texts) = (options, new TextSanitizer(options));
        _texts = options.Quality is null ? null : new TextCollector(options.QualityFields);
        _writer = new Utf8JsonWriter(_output,
            new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    private enum Own
    {
        None,
        Id,
        Mark,
    }

    /// <summary>Counts, edits and traces.</summary>
    public TextSanitizer Texts { get; }

    /// <summary>
    /// The joined text of the row as it is to be written, where quality is judged; valid until the next row.
    /// </summary>
    public ReadOnlySpan<byte> QualityText => _texts is null ? default : _texts.Text.Span;

    /// <summary>The row as it is to be written; valid after <see cref="Sanitize"/> returned true.</summary>
    public ReadOnlySpan<byte> Output => _output.WrittenSpan;

    /// <summary>Whether any string of the row may need a change.</summary>
    /// <exception cref="JsonException">The row is not a JSON object.</exception>
    /// <exception cref="InvalidOperationException">The row is not UTF-8, or a string that was looked at is not
    /// Unicode.</exception>
    public bool MayChange(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(Valid(json), Reading);
        var (found, marked, own, preferred) = (false, json.IndexOf("\"_pii\""u8) >= 0, Own.None, false);
        (_id, _hasPreferredId, _marked, _firstSuspect, _searched) = (default, false, false, long.MaxValue, -1);
        _texts?.Begin();
        while (reader.Read())
        {
            if (!found)
            {
                _texts?.Take(ref reader);
            }

            if (reader.CurrentDepth == 0)
            {
                RequireObject(reader.TokenType);
            }
            else if (reader.CurrentDepth == 1)
            {
                TakeOwn(ref reader, ref own, ref preferred);
            }

            if (!found && reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                found = IsSuspect(ref reader, marked);
            }
        }

        return found;
    }

    /// <summary>The id of the row that was looked at: <c>_id</c>, else <c>id</c>, else null.</summary>
    public string? Id(ReadOnlySpan<byte> json)
    {
        var id = json[_id.Start.._id.End];
        return id.IsEmpty ? null : id[0] is (byte)'-' or (>= (byte)'0' and <= (byte)'9')
            ? Encoding.UTF8.GetString(id) : JsonNode.Parse(id)?.ToString();
    }

    /// <summary>Rewrites the row that <see cref="MayChange"/> was asked about; returns whether it changed.</summary>
    /// <param name="json">The row.</param>
    /// <param name="id">Its id, for traces.</param>
    /// <exception cref="JsonException">An object of the row has a name twice.</exception>
    /// <exception cref="InvalidOperationException">A string is not Unicode.</exception>
    public bool Sanitize(ReadOnlyMemory<byte> json, string id)
    {
        if (_names.MayRepeat(json.Span, Reading))
        {
            JsonDocument.Parse(json, Strict).Dispose();
        }

        _row = json;
        Texts.Begin();
        _texts?.Begin();
        _place.Begin(json, id);
        _output.ResetWrittenCount();
        _writer.Reset();
        var reader = new Utf8JsonReader(json.Span, Reading);
        var (changed, own) = (false, Own.None);
        while (reader.Read())
        {
            own = reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName ? OwnOf(ref reader) : own;
            _place.Enter(ref reader);
            changed |= Copy(ref reader, own);
        }

        _writer.Flush();
        if (_marked && Texts.Placed)
        {
            RenewMark();
        }

        return changed;
    }

    public void Dispose() => _writer.Dispose();

    private static Own OwnOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("id"u8) || reader.ValueTextEquals("_id"u8)
            ? Own.Id : reader.ValueTextEquals(Placeholders.Mark) ? Own.Mark : Own.None;

    private static void RequireObject(JsonTokenType token)
    {
        if (token is not (JsonTokenType.StartObject or JsonTokenType.EndObject))
        {
            throw new JsonException("not an object");
        }
    }

    // The place of the id, and whether the row carries the mark: both are needed before the row is rewritten.
    private void TakeOwn(ref Utf8JsonReader reader, ref Own own, ref bool preferred)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                own = OwnOf(ref reader);
                preferred = own == Own.Id && reader.ValueTextEquals("_id"u8);
                _marked |= own == Own.Mark;
                break;
            case JsonTokenType.Null:
                break;
            default:
                if (own == Own.Id && (preferred || !_hasPreferredId))
                {
                    var starts = reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray);
                    _id = (starts ? (int)reader.TokenStartIndex : _id.Start, (int)reader.BytesConsumed);
                    _hasPreferredId = preferred;
                }

                break;
        }
    }

    private bool IsSuspect(ref Utf8JsonReader reader, bool marked)
    {
        var value = Value(ref reader);
        if (reader.TokenType == JsonTokenType.PropertyName)
        {
            if (EntersPlainName(value))
            {
                return false;
            }

            _firstSuspect = Math.Min(_firstSuspect, reader.TokenStartIndex);
            return true;
        }

        var traits = TraitScanner.Of(value);
        var holds = Texts.Holds(value, traits);
        var placeholder = traits.HasFlag(TextTraits.Signs) && Placeholders.MayHold(value);
        _searched = reader.TokenStartIndex;
        var suspect = holds || (_options.Clean && TextCleaner.MayChange(value, traits)) || (!marked && placeholder);
        // What looks like the mark may not be one, so a placeholder is looked at again.
        _firstSuspect = suspect || placeholder ? Math.Min(_firstSuspect, reader.TokenStartIndex) : _firstSuspect;
        return suspect;
    }

    /// <summary>Writes one token; returns whether its text changed.</summary>
    private bool Copy(ref Utf8JsonReader reader, Own own)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                return CopyName(ref reader, own);
            case JsonTokenType.String:
                return CopyText(ref reader, own);
            case JsonTokenType.StartObject:
                _texts?.Leave();
                _writer.WriteStartObject();
                return false;
            case JsonTokenType.StartArray:
                _writer.WriteStartArray();
                return false;
            case JsonTokenType.EndArray:
                _writer.WriteEndArray();
                break;
            case JsonTokenType.EndObject:
                if (reader.CurrentDepth == 0 && Texts.Placed && !_marked)
                {
                    _writer.WriteNumber(Placeholders.Mark, PiiScanner.Version);
                }

                _writer.WriteEndObject();
                break;
            default:
                _writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
        }

        EndMark(ref reader, own);
        return false;
    }

    private bool CopyName(ref Utf8JsonReader reader, Own own)
    {
        var name = Valid(Value(ref reader));
        var plain = EntersPlainName(name);
        if (!plain && _options.KeepRows)
        {
            name = Texts.Rename(other => _row.Span.IndexOf(other) >= 0 || _output.WrittenSpan.IndexOf(other) >= 0);
        }
        else if (!plain)
        {
            Texts.RemovedBy = "pii-in-key";
        }

        _texts?.Enter(name, reader.CurrentDepth);
        _writer.WritePropertyName(name);
        if (!plain || (own == Own.Mark && reader.CurrentDepth == 1))
        {
            _writer.Flush();
            _oldMark.Start = own == Own.Mark && reader.CurrentDepth == 1 ? _output.WrittenCount : _oldMark.Start;
        }

        return !plain && _options.KeepRows;
    }

    private bool CopyText(ref Utf8JsonReader reader, Own own)
    {
        var value = Valid(Value(ref reader));
        var changed = false;
        if (own != Own.Id && reader.TokenStartIndex >= _firstSuspect)
        {
            changed = Texts.Apply(value, _place, _marked, _searched == reader.TokenStartIndex);
            _searched = -1;
        }

        value = changed ? Texts.Text : value;
        _texts?.Add(value);
        _writer.WriteStringValue(value);
        EndMark(ref reader, own);
        return changed;
    }

    private void EndMark(ref Utf8JsonReader reader, Own own)
    {
        if (own == Own.Mark && reader.CurrentDepth == 1)
        {
            _writer.Flush();
            _oldMark.End = _output.WrittenCount;
        }
    }

    // A row that was sanitized by other rules gets the version of these, in the same place.
    private void RenewMark()
    {
        var row = _output.WrittenSpan.ToArray();
        _output.ResetWrittenCount();
        _output.Write(row.AsSpan(0, _oldMark.Start));
        _output.Write(Encoding.UTF8.GetBytes($"{PiiScanner.Version}"));
        _output.Write(row.AsSpan(_oldMark.End));
    }

    private ReadOnlySpan<byte> Value(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan;
        }

        _unescaped.Clear();
        _unescaped.Reserve(reader.ValueSpan.Length);
        _unescaped.Length = reader.CopyString(_unescaped.Array);
        return _unescaped.Span;
    }

    private static ReadOnlySpan<byte> Valid(ReadOnlySpan<byte> text) =>
        Utf8.IsValid(text) ? text : throw new InvalidOperationException("not UTF-8");

    // Rows share their few names; a name without personal data is remembered, with what it tells about its value.
    private bool EntersPlainName(ReadOnlySpan<byte> name)
    {
        var hash = FastHash.Of(name, 0);
        if (_plainNames.TryGetValue(hash, out var known) && name.SequenceEqual(known.Name))
        {
            Texts.Context = known.Before;
            return true;
        }

        _searched = -1;
        Texts.Context = [];
        var plain = !Texts.Holds(name, TraitScanner.Of(name));
        if (plain)
        {
            Texts.Context = FieldContext.Before(name);
            if (_plainNames.Count < MostNames)
            {
                _plainNames[hash] = (name.ToArray(), Texts.Context);
            }
        }

        return plain;
    }
}
