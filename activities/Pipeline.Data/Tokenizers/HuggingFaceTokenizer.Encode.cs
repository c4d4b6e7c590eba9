using System.Runtime.ExceptionServices;
using System.Text;
using Pipeline.Data.Tokenizers.PostProcessors;

namespace Pipeline.Data.Tokenizers;

public sealed partial class HuggingFaceTokenizer
{
    /// <summary>Encodes a text to ids, without truncation or padding.</summary>
    /// <param name="text">Any text; an unpaired surrogate counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether the tokens of the file's template are added.</param>
    /// <param name="parsing">Which added tokens are recognised; use <see cref="AddedTokenParsing.UserText"/> for text
    /// that people wrote.</param>
    /// <returns>Token ids.</returns>
    public int[] Encode(string text, bool addSpecialTokens = true, AddedTokenParsing parsing = AddedTokenParsing.All)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Encode(text.AsSpan(), addSpecialTokens, parsing, StageOptions.All);
    }

    /// <summary>Encodes UTF-8 to ids, without truncation or padding.</summary>
    /// <param name="utf8">Well-formed UTF-8.</param>
    /// <param name="addSpecialTokens">Whether the tokens of the file's template are added.</param>
    /// <param name="parsing">Which added tokens are recognised.</param>
    /// <returns>Token ids.</returns>
    /// <exception cref="ArgumentException">The bytes are not well-formed UTF-8.</exception>
    public int[] Encode(
        ReadOnlySpan<byte> utf8, bool addSpecialTokens = true, AddedTokenParsing parsing = AddedTokenParsing.All)
    {
        if (!System.Text.Unicode.Utf8.IsValid(utf8))
            throw new ArgumentException("the text is not well-formed UTF-8", nameof(utf8));
        var workspace = _encoder.Rent(track: false);
        try
        {
            return Collect(utf8, addSpecialTokens, parsing, StageOptions.All, workspace);
        }
        finally
        {
            _encoder.Return(workspace);
        }
    }

    /// <summary>Encodes many texts on all cores, without truncation or padding.</summary>
    /// <param name="texts">Texts.</param>
    /// <param name="addSpecialTokens">Whether the tokens of the file's template are added.</param>
    /// <param name="parsing">Which added tokens are recognised.</param>
    /// <param name="degreeOfParallelism">Threads at most; 0 for one a core.</param>
    /// <returns>The ids of each text.</returns>
    public int[][] EncodeBatch(
        IReadOnlyList<string> texts,
        bool addSpecialTokens = true,
        AddedTokenParsing parsing = AddedTokenParsing.All,
        int degreeOfParallelism = 0)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var results = new int[texts.Count][];
        if (degreeOfParallelism == 1 || texts.Count < 2)
        {
            for (var i = 0; i < results.Length; i++) results[i] = Encode(texts[i], addSpecialTokens, parsing);
            return results;
        }

        ForEach(results.Length, degreeOfParallelism, i => results[i] = Encode(texts[i], addSpecialTokens, parsing));
        return results;
    }

    /// <summary>Encodes a text or a pair with offsets, token texts, masks, truncation and padding.</summary>
    /// <param name="text">First text.</param>
    /// <param name="pair">Second text, or null.</param>
    /// <param name="addSpecialTokens">Whether the tokens of the file's template are added.</param>
    /// <param name="parsing">Which added tokens are recognised.</param>
    /// <param name="unit">The unit of offsets.</param>
    /// <returns>The encoding; with padding to the longest of a batch it is not padded.</returns>
    /// <exception cref="ArgumentException">Truncation cannot be done as it is set.</exception>
    public TokenEncoding EncodeDetailed(
        string text,
        string? pair = null,
        bool addSpecialTokens = true,
        AddedTokenParsing parsing = AddedTokenParsing.All,
        OffsetUnit unit = OffsetUnit.Utf16)
    {
        ArgumentNullException.ThrowIfNull(text);
        var encodings = new List<TokenEncoding> { EncodeOne(text, 0, parsing, StageOptions.All) };
        if (pair is not null) encodings.Add(EncodeOne(pair, 1, parsing, StageOptions.All));
        var result = Finish(encodings, addSpecialTokens);
        OffsetMap.Convert(result, [text, pair], unit);
        if (Padding is not null) Padder.Pad([result], Padding);
        return result;
    }

    /// <summary>Encodes many texts on all cores with all details, and pads them to a common length if so set.</summary>
    /// <param name="texts">Texts.</param>
    /// <param name="addSpecialTokens">Whether the tokens of the file's template are added.</param>
    /// <param name="parsing">Which added tokens are recognised.</param>
    /// <param name="unit">The unit of offsets.</param>
    /// <returns>One encoding for each text.</returns>
    public IReadOnlyList<TokenEncoding> EncodeBatchDetailed(
        IReadOnlyList<string> texts,
        bool addSpecialTokens = true,
        AddedTokenParsing parsing = AddedTokenParsing.All,
        OffsetUnit unit = OffsetUnit.Utf16)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var results = new TokenEncoding[texts.Count];
        ForEach(results.Length, 0, i => results[i] = EncodeDetailed(texts[i], null, addSpecialTokens, parsing, unit));
        if (Padding is not null) Padder.Pad(results, Padding);
        return results;
    }

    /// <summary>Ids with the range of UTF-16 units each stands for: nothing added, trimmed, cut or padded.</summary>
    internal void AppendWithOffsets(
        string text, AddedTokenParsing parsing, int shift, List<int> ids, List<TokenOffset> offsets)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var map = OffsetMap.BytesToUtf16(utf8);
        if (TryAppendBytes(utf8, parsing, shift, map, ids, offsets)) return;
        var workspace = _encoder.Rent(track: true);
        try
        {
            _encoder.Run(utf8, parsing, workspace, StageOptions.All, (source, id, start, end, _) =>
            {
                ids.Add(id);
                offsets.Add(
                    start < end
                        ? new TokenOffset(shift + map.Convert(source.StartAt(start)),
                            shift + map.Convert(source.EndAt(end - 1))) : default);
            });
        }
        finally
        {
            _encoder.Return(workspace);
        }
    }

    /// <summary>
    /// The fast way for byte-level models: the bytes of the tokens laid end to end are the text, which is checked, so
    /// their lengths give the places.
    /// </summary>
    private bool TryAppendBytes(
        byte[] utf8, AddedTokenParsing parsing, int shift, OffsetMap map, List<int> ids, List<TokenOffset> offsets)
    {
        if (_parts.Model is not Models.ByteLevelBpeModel model) return false;
        var encoded = EncodeUtf8(utf8, parsing);
        var (first, at) = (ids.Count, 0);
        foreach (var id in encoded)
        {
            var added = _parts.Added.TextOf(id);
            var token = added is not null ? Encoding.UTF8.GetBytes(added) : model.Raw.Contains(id)
                ? model.Raw.Text(id) : default;
            if (token.IsEmpty || !utf8.AsSpan(at).StartsWith(token))
            {
                return Undo(first, ids, offsets);
            }

            ids.Add(id);
            offsets.Add(new TokenOffset(shift + map.Convert(at), shift + map.ConvertEnd(at + token.Length, utf8)));
            at += token.Length;
        }

        return at == utf8.Length || Undo(first, ids, offsets);
    }

    private static bool Undo(int first, List<int> ids, List<TokenOffset> offsets)
    {
        ids.RemoveRange(first, ids.Count - first);
        offsets.RemoveRange(first, offsets.Count - first);
        return false;
    }

    private int[] EncodeUtf8(ReadOnlySpan<byte> utf8, AddedTokenParsing parsing)
    {
        var workspace = _encoder.Rent(track: false);
        try
        {
            return Collect(utf8, addSpecialTokens: false, parsing, StageOptions.All, workspace);
        }
        finally
        {
            _encoder.Return(workspace);
        }
    }

    /// <summary>
    /// Runs an action for each index, in ranges so that neighbouring texts share a thread and its caches.
    /// </summary>
    private static void ForEach(int count, int degreeOfParallelism, Action<int> action)
    {
        var threads = degreeOfParallelism == 0 ? Environment.ProcessorCount : degreeOfParallelism;
        var size = Math.Clamp(count / (threads * 8), 1, 256);
        try
        {
            Parallel.For(
                0, (count + size - 1) / size, new ParallelOptions { MaxDegreeOfParallelism = threads }, range =>
            {
                for (var i = range * size; i < Math.Min(count, (range + 1) * size); i++) action(i);
            });
        }
        catch (AggregateException exception) when (exception.InnerException is { } first)
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }

    private int[] Encode(ReadOnlySpan<char> text, bool addSpecialTokens, AddedTokenParsing parsing, StageOptions stages)
    {
        var workspace = _encoder.Rent(track: false);
        try
        {
            var limit = Encoding.UTF8.GetMaxByteCount(text.Length);
            if (workspace.Utf8.Length < limit) workspace.Utf8 = new byte[limit];
            var length = Encoding.UTF8.GetBytes(text, workspace.Utf8);
            return Collect(workspace.Utf8.AsSpan(0, length), addSpecialTokens, parsing, stages, workspace);
        }
        finally
        {
            _encoder.Return(workspace);
        }
    }

    private int[] Collect(
        ReadOnlySpan<byte> utf8, bool addSpecialTokens, AddedTokenParsing parsing, StageOptions stages,
        EncodeWorkspace workspace)
    {
        workspace.Ids.Clear();
        if (addSpecialTokens) workspace.Ids.Add(_prefixIds);
        _encoder.AppendIds(utf8, parsing, workspace, stages);
        if (addSpecialTokens) workspace.Ids.Add(_suffixIds);
        return workspace.Ids.Ids.ToArray();
    }

    /// <summary>Encodes one text with offsets in code points, the unit that post-processing counts in.</summary>
    private TokenEncoding EncodeOne(string text, int sequence, AddedTokenParsing parsing, StageOptions stages)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var map = OffsetMap.FromBytes(utf8);
        var encoding = new TokenEncoding();
        var workspace = _encoder.Rent(track: true);
        try
        {
            _encoder.Run(utf8, parsing, workspace, stages, (source, id, start, end, value) =>
            {
                var offset = start < end
                    ? new TokenOffset(map.Convert(source.StartAt(start)), map.Convert(source.EndAt(end - 1)))
                    : default;
                encoding.Add(id, value ?? _parts.Model.TextOf(id), sequence, offset, 0, sequence);
            });
        }
        finally
        {
            _encoder.Return(workspace);
        }

        return encoding;
    }

    private TokenEncoding Finish(List<TokenEncoding> encodings, bool addSpecialTokens)
    {
        if (Truncation is not null)
        {
            var added = addSpecialTokens ? _parts.PostProcessor?.AddedTokens(encodings.Count > 1) ?? 0 : 0;
            Truncator.Truncate(encodings, Truncation, added);
        }

        if (_parts.PostProcessor is not null) encodings = _parts.PostProcessor.Process(encodings, addSpecialTokens);
        var result = encodings[0];
        for (var i = 1; i < encodings.Count; i++) result.Append(encodings[i]);
        return result;
    }
}
