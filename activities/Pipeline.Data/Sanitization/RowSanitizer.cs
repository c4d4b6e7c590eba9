using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Sanitization;

/// <summary>Cleans the strings of one row. Rows without a finding are recognised without building a tree. One instance a thread.</summary>
internal sealed class RowSanitizer
{
    private const int MostNames = 256;
    private static readonly string[] Rules = [.. Enum.GetValues<PiiType>().Select(type => "pii:" + PiiNames.Of(type))];

    private readonly SanitizeOptions _options;
    private readonly PiiFinder _scanner;
    private readonly HashSet<string> _plainNames = new(StringComparer.Ordinal);
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _plain;
    private readonly List<PiiSpan> _spans = [];
    private readonly List<PiiSpan> _traced = [];
    private readonly List<string> _uncovered = [];
    private readonly List<string> _rules = [];
    private readonly ByteBuffer _text = new();
    private readonly RuleTracer _tracer;
    private string _id = "";
    private bool _marked;
    private bool _placed;
    private int _untouched;
    private int _strings;

    public RowSanitizer(SanitizeOptions options)
    {
        (_options, _scanner, _tracer) = (options, new PiiFinder(options.Pii), new RuleTracer(options.TraceRows));
        _plain = _plainNames.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public SortedDictionary<string, long> PiiSpans { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> CleanedTexts { get; } = new(StringComparer.Ordinal);

    /// <summary>The first texts that each rule changed.</summary>
    public IEnumerable<RuleTrace> Traces => _tracer.All;

    /// <summary>Edits of the last row: path, class, place, salted hash.</summary>
    public List<PiiEdit> Edits { get; } = [];

    /// <summary>Rule that removes the last row; null when it stays.</summary>
    public string? RemovedBy { get; private set; }

    /// <summary>Whether any string of the row may need a change.</summary>
    /// <exception cref="JsonException">The row is not JSON.</exception>
    public bool MayChange(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
        var (found, marked, counting) = (false, json.IndexOf("\"_pii\""u8) >= 0, true);
        _untouched = 0;
        while (reader.Read())
        {
            if (found || reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
            {
                continue;
            }

            var value = reader.ValueSpan;
            if (reader.ValueIsEscaped)
            {
                _text.Clear();
                _text.Reserve(value.Length);
                _text.Length = reader.CopyString(_text.Array);
                value = _text.Span;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                found = !IsPlainName(value);
                continue;
            }

            _scanner.Find(value, _spans);
            var placeholder = Placeholders.MayHold(value);
            found = _spans.Count > 0 || (_options.Clean && TextCleaner.MayChange(value)) || (!marked && placeholder);
            // The mark may only look like one, so a placeholder is looked at again.
            counting &= !found && !placeholder;
            _untouched += counting ? 1 : 0;
        }

        return found;
    }

    /// <summary>Rewrites the row; returns whether it changed.</summary>
    /// <param name="row">The row; changed in place.</param>
    /// <param name="id">Its id, for traces.</param>
    public bool Sanitize(JsonObject row, string id)
    {
        Edits.Clear();
        (RemovedBy, _id, _marked, _placed, _strings) = (null, id, row.ContainsKey(Placeholders.Mark), false, 0);
        var changed = Walk(row, "$", top: true);
        if (_placed)
        {
            row[Placeholders.Mark] = PiiScanner.Version;
        }

        return changed;
    }

    private bool Walk(JsonNode? node, string path, bool top = false)
    {
        var changed = false;
        switch (node)
        {
            case JsonObject value:
                foreach (var (given, child) in value.ToList())
                {
                    var name = NameOf(value, given);
                    changed |= name != given;
                    if (top && name is "id" or "_id")
                    {
                        _strings += child?.GetValueKind() == JsonValueKind.String ? 1 : 0;
                        continue;
                    }

                    if (IsNews(child, out var before) && Text(before, $"{path}.{name}") is { } after)
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
                    if (IsNews(array[i], out var before) && Text(before, $"{path}[{i}]") is { } after)
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

    // A name with personal data removes the row, or makes way for its class where every row stays.
    private string NameOf(JsonObject parent, string name)
    {
        if (IsPlainName(Encoding.UTF8.GetBytes(name)))
        {
            return name;
        }

        if (!_options.KeepRows)
        {
            RemovedBy = "pii-in-key";
            return name;
        }

        var (kind, number) = (PiiNames.Of(_spans[0].Type), 1);
        PiiSpans[kind] = PiiSpans.GetValueOrDefault(kind) + 1;
        while (parent.ContainsKey($"<{kind}-{number}>"))
        {
            number++;
        }

        var child = parent[name];
        parent.Remove(name);
        parent.Add($"<{kind}-{number}>", child);
        return $"<{kind}-{number}>";
    }

    // The first strings were scanned, and found to be without anything to do, when the row was looked at.
    private bool IsNews(JsonNode? node, [NotNullWhen(true)] out string? text)
    {
        text = null;
        return node is JsonValue value && value.TryGetValue(out text) && _strings++ >= _untouched;
    }

    // Rows share their few names; a name without personal data is remembered.
    private bool IsPlainName(ReadOnlySpan<byte> name)
    {
        Span<char> characters = stackalloc char[64];
        var known = name.Length <= characters.Length && Ascii.ToUtf16(name, characters, out _) == OperationStatus.Done;
        if (known && _plain.Contains(characters[..name.Length]))
        {
            return true;
        }

        _scanner.Find(name, _spans);
        if (_spans.Count == 0 && known && _plainNames.Count < MostNames)
        {
            _plain.Add(characters[..name.Length]);
        }

        return _spans.Count == 0;
    }

    /// <summary>The new text, or null when it stays as it is.</summary>
    private string? Text(string before, string path)
    {
        var (text, bytes) = (before, Encoding.UTF8.GetBytes(before));
        _rules.Clear();
        if (_options.Clean && TextCleaner.MayChange(bytes))
        {
            text = TextCleaner.Clean(text, _rules);
        }

        if (!_marked && Placeholders.Escape(text) is var escaped && escaped != text)
        {
            _rules.Add(Placeholders.Rule);
            text = escaped;
        }

        _rules.ForEach(rule => CleanedTexts[rule] = CleanedTexts.GetValueOrDefault(rule) + 1);
        bytes = ReferenceEquals(text, before) ? bytes : Encoding.UTF8.GetBytes(text);
        _scanner.Find(bytes, _spans);
        if (_spans.Count > 0)
        {
            text = ReplaceAll(text, bytes, path);
        }
        else
        {
            // Only texts without personal data are traced as they were: a defect may have hidden some from the scanner.
            _rules.ForEach(rule => _tracer.Add(rule, _id, path, before, text));
        }

        return text == before ? null : text;
    }

    // What stood beside a replaced value may only now stand free, so the scan is repeated until it finds nothing new.
    private string ReplaceAll(string text, byte[] bytes, string path)
    {
        for (var round = 0; round < 8 && _spans.Count > 0; round++)
        {
            var replaced = Replace(bytes, path);
            if (replaced == text)
            {
                break;
            }

            // A value that is gone can leave a space at the end of a line, or an empty line.
            (text, bytes) = (replaced, Encoding.UTF8.GetBytes(replaced));
            if (_options.Clean && TextCleaner.MayChange(bytes))
            {
                text = TextCleaner.Clean(text, _uncovered);
                bytes = Encoding.UTF8.GetBytes(text);
            }

            _scanner.Find(bytes, _spans);
        }

        return text;
    }

    private string Replace(byte[] bytes, string path)
    {
        var (output, last) = (new StringBuilder(), 0);
        foreach (var span in _spans)
        {
            var value = Encoding.UTF8.GetString(bytes, span.Start, span.End - span.Start);
            var (name, mode) = (PiiNames.Of(span.Type), _options.Modes.GetValueOrDefault(span.Type, _options.Mode));
            mode = mode == PiiMode.Drop && _options.KeepRows ? PiiMode.Replace : mode;
            PiiSpans[name] = PiiSpans.GetValueOrDefault(name) + 1;
            var hash = _options.Key.IsEmpty ? "" : Letters(HMACSHA256.HashData(_options.Key.Span, Encoding.UTF8.GetBytes(name + ":" + value)), 16);
            Edits.Add(new PiiEdit(path, name, PiiScanner.Version, span.Start, span.End, mode, hash));
            _placed |= mode is PiiMode.Replace or PiiMode.Hash or PiiMode.Pseudonym;
            RemovedBy = mode == PiiMode.Drop ? RuleOf(span.Type) : RemovedBy;
            output.Append(Encoding.UTF8.GetString(bytes, last, span.Start - last)).Append(mode switch
            {
                PiiMode.Replace => $"<{name}>",
                PiiMode.Mask => string.Concat(value.Select(c => char.IsLetterOrDigit(c) || char.IsSurrogate(c) || c is '@' or ':' or '_' ? '*' : c)),
                PiiMode.Hash => $"<{name}:{hash}>",
                PiiMode.Pseudonym => $"<{name}-{hash[..6]}>",
                PiiMode.Redact or PiiMode.Drop => "",
                _ => value,
            });
            last = span.End;
        }

        var after = output.Append(Encoding.UTF8.GetString(bytes, last, bytes.Length - last)).ToString();
        if (_spans.Exists(span => _tracer.Wants(RuleOf(span.Type))))
        {
            var rules = _spans.Select(span => RuleOf(span.Type)).Distinct(StringComparer.Ordinal).Where(_tracer.Wants).ToList();
            var shown = (Before: RuleTracer.Mask(bytes, _spans), After: Masked(after));
            rules.ForEach(rule => _tracer.Add(rule, _id, path, shown.Before, shown.After));
        }

        return after;
    }

    private static string RuleOf(PiiType type) => Rules[(int)type];

    // Kept values are not to be read in the trace either.
    private string Masked(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        _scanner.Find(bytes, _traced);
        return RuleTracer.Mask(bytes, _traced);
    }

    /// <summary>Hash bytes as letters a … p: a placeholder must not look like a number on a second pass.</summary>
    private static string Letters(byte[] hash, int count) =>
        string.Concat(hash.SelectMany(value => new[] { (char)('a' + (value >> 4)), (char)('a' + (value & 15)) }).Take(count));
}
