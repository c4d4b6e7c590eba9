using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Sanitization;

/// <summary>Cleans the strings of one row. Rows without a finding are recognised without building a tree. One instance a thread.</summary>
internal sealed class RowSanitizer(SanitizeOptions options)
{
    private readonly PiiScanner _scanner = new(options.Pii);
    private readonly List<PiiSpan> _spans = [];
    private readonly List<string> _rules = [];
    private readonly ByteBuffer _text = new();

    public SortedDictionary<string, long> PiiSpans { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> CleanedTexts { get; } = new(StringComparer.Ordinal);

    /// <summary>Edits of the last row: path, class, place, salted hash.</summary>
    public List<PiiEdit> Edits { get; } = [];

    /// <summary>Rule that removes the last row; null when it stays.</summary>
    public string? RemovedBy { get; private set; }

    /// <summary>Whether any string of the row may need a change.</summary>
    /// <exception cref="JsonException">The row is not JSON.</exception>
    public bool MayChange(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
        var found = false;
        while (reader.Read())
        {
            if (!found && reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                var value = reader.ValueSpan;
                if (reader.ValueIsEscaped)
                {
                    _text.Clear();
                    _text.Reserve(value.Length);
                    _text.Length = reader.CopyString(_text.Array);
                    value = _text.Span;
                }

                _scanner.Scan(value, _spans);
                found = _spans.Count > 0 || (options.Clean && TextCleaner.MayChange(value));
            }
        }

        return found;
    }

    /// <summary>Rewrites the row; returns whether it changed.</summary>
    public bool Sanitize(JsonObject row)
    {
        Edits.Clear();
        RemovedBy = null;
        return Walk(row, "$", top: true);
    }

    private bool Walk(JsonNode? node, string path, bool top = false)
    {
        var changed = false;
        switch (node)
        {
            case JsonObject value:
                foreach (var (name, child) in value.ToList())
                {
                    _scanner.Scan(Encoding.UTF8.GetBytes(name), _spans);
                    RemovedBy = _spans.Count > 0 ? "pii-in-key" : RemovedBy;
                    if (top && name is "id" or "_id")
                    {
                        continue;
                    }

                    if (child is JsonValue text && text.TryGetValue<string>(out var before) && Text(before, $"{path}.{name}") is { } after)
                    {
                        value[name] = after;
                        changed = true;
                    }
                    else
                    {
                        changed |= Walk(child, $"{path}.{name}");
                    }
                }

                break;
            case JsonArray array:
                for (var i = 0; i < array.Count; i++)
                {
                    if (array[i] is JsonValue text && text.TryGetValue<string>(out var before) && Text(before, $"{path}[{i}]") is { } after)
                    {
                        array[i] = after;
                        changed = true;
                    }
                    else
                    {
                        changed |= Walk(array[i], $"{path}[{i}]");
                    }
                }

                break;
        }

        return changed;
    }

    /// <summary>The new text, or null when it stays as it is.</summary>
    private string? Text(string before, string path)
    {
        var text = before;
        if (options.Clean)
        {
            _rules.Clear();
            text = TextCleaner.Clean(text, _rules);
            _rules.ForEach(rule => CleanedTexts[rule] = CleanedTexts.GetValueOrDefault(rule) + 1);
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        _scanner.Scan(bytes, _spans);
        if (_spans.Count > 0)
        {
            text = Replace(bytes, path);
        }

        return text == before ? null : text;
    }

    private string Replace(byte[] bytes, string path)
    {
        var (output, last) = (new StringBuilder(), 0);
        foreach (var span in _spans)
        {
            var value = Encoding.UTF8.GetString(bytes, span.Start, span.End - span.Start);
            var (name, mode) = (PiiNames.Of(span.Type), options.Modes.GetValueOrDefault(span.Type, options.Mode));
            PiiSpans[name] = PiiSpans.GetValueOrDefault(name) + 1;
            var hash = options.Key.IsEmpty ? "" : Letters(HMACSHA256.HashData(options.Key.Span, Encoding.UTF8.GetBytes(name + ":" + value)), 16);
            Edits.Add(new PiiEdit(path, name, PiiScanner.Version, span.Start, span.End, mode, hash));
            RemovedBy = mode == PiiMode.Drop ? "pii:" + name : RemovedBy;
            output.Append(Encoding.UTF8.GetString(bytes, last, span.Start - last)).Append(mode switch
            {
                PiiMode.Replace => $"<{name}>",
                PiiMode.Mask => string.Concat(value.Select(c => char.IsLetterOrDigit(c) || char.IsSurrogate(c) || c is '@' or ':' or '_' ? '*' : c)),
                PiiMode.Hash => $"<{name}:{hash}>",
                PiiMode.Pseudonym => $"<{name}-{hash[..6]}>",
                PiiMode.Redact => "",
                _ => value,
            });
            last = span.End;
        }

        return output.Append(Encoding.UTF8.GetString(bytes, last, bytes.Length - last)).ToString();
    }

    /// <summary>Hash bytes as letters a … p: a placeholder must not look like a number on a second pass.</summary>
    private static string Letters(byte[] hash, int count) =>
        string.Concat(hash.SelectMany(value => new[] { (char)('a' + (value >> 4)), (char)('a' + (value & 15)) }).Take(count));
}
