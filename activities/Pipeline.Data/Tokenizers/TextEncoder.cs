using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Pipeline.Data.Tokenizers.Models;
using Pipeline.Data.Tokenizers.Normalizers;
using Pipeline.Data.Tokenizers.Patterns;
using Pipeline.Data.Tokenizers.PreTokenizers;
using Pipeline.Data.Tokenizers.Text;

namespace Pipeline.Data.Tokenizers;

/// <summary>Receives the tokens of a text in order.</summary>
/// <param name="source">The normalized text that the range belongs to.</param>
/// <param name="id">Token id.</param>
/// <param name="start">First byte in <paramref name="source"/>.</param>
/// <param name="end">One past the last byte.</param>
/// <param name="value">Text of the token where it is not the vocabulary's.</param>
internal delegate void TokenSink(AlignedText source, int id, int start, int end, string? value);

/// <summary>Runs the stages before post-processing: added tokens, normalizer, pre-tokenizers, model.</summary>
internal sealed class TextEncoder
{
    private readonly TokenizerParts _parts;
    private readonly ControlIds _control;
    private readonly ByteLevelBpeModel? _byteLevel;
    private readonly WordScanner? _scanner;
    private readonly bool _needsTracking;
    private readonly ConcurrentBag<EncodeWorkspace> _plain = [];
    private readonly ConcurrentBag<EncodeWorkspace> _tracking = [];

    internal TextEncoder(TokenizerParts parts, ControlIds control)
    {
        _parts = parts;
        _control = control;
        _byteLevel = parts.Model as ByteLevelBpeModel;
        if (_byteLevel is not null) _scanner = SingleScanner(parts.PreTokenizers);

        // Whether a piece is at the very start of the input is only known from offsets once a normalizer may cut.
        _needsTracking = parts.Normalizer.Steps.Count > 0
            && parts.PreTokenizers.Any(step => step is MetaspacePreTokenizer { Scheme: PrependScheme.First });
    }

    internal EncodeWorkspace Rent(bool track)
    {
        track |= _needsTracking;
        return (track ? _tracking : _plain).TryTake(out var workspace) ? workspace : new EncodeWorkspace(track);
    }

    internal void Return(EncodeWorkspace workspace)
    {
        workspace.Trim();
        (workspace.Source.Tracks ? _tracking : _plain).Add(workspace);
    }

    /// <summary>Appends the ids of a text to the workspace's list.</summary>
    internal void AppendIds(
        ReadOnlySpan<byte> text, AddedTokenParsing parsing, EncodeWorkspace workspace, StageOptions stages)
    {
        if (text.IsEmpty) return;
        if (!CanScan(stages))
        {
            Run(text, parsing, workspace, stages, (_, id, _, _, _) => workspace.Ids.Add(id));
            return;
        }

        workspace.RawPieces.Clear();
        _parts.Added.Split(text, normalized: false, parsing, workspace.RawPieces);
        foreach (var (start, end, id) in workspace.RawPieces)
        {
            if (id >= 0) workspace.Ids.Add(id);
            else AppendPiece(text[start..end], parsing, workspace);
        }
    }

    /// <summary>Reports every token with its place.</summary>
    internal void Run(
        ReadOnlySpan<byte> text, AddedTokenParsing parsing, EncodeWorkspace workspace, StageOptions stages,
        TokenSink sink)
    {
        if (text.IsEmpty) return;
        var pieces = workspace.RawPieces;
        pieces.Clear();
        _parts.Added.Split(text, normalized: false, parsing, pieces);
        foreach (var (start, end, id) in pieces)
        {
            workspace.Source.Clear();
            workspace.Source.AppendOriginal(text[start..end], start);
            if (id >= 0)
            {
                sink(workspace.Source, id, 0, end - start, Encoding(workspace.Source.Bytes));
                continue;
            }

            var source = stages.Normalize
                ? _parts.Normalizer.Apply(workspace.Source, workspace.Spare, workspace.OtherSpare)
                : workspace.Source;
            if (source.Length > 0) RunNormalized(source, start == 0, parsing, workspace, stages, sink);
        }
    }

    private void RunNormalized(
        AlignedText source, bool startsInput, AddedTokenParsing parsing, EncodeWorkspace workspace, StageOptions stages,
        TokenSink sink)
    {
        var pieces = workspace.NormalizedPieces;
        pieces.Clear();
        if (_parts.Added.HasNormalized) _parts.Added.Split(source.Bytes, normalized: true, parsing, pieces);
        else pieces.Add((0, source.Length, -1));
        foreach (var (start, end, id) in pieces)
        {
            if (id >= 0)
            {
                sink(source, id, start, end, Encoding(source.Bytes[start..end]));
                continue;
            }

            var words = workspace.PreTokenized;
            words.Reset(source, start, end, startsInput);
            if (stages.PreTokenize)
            {
                foreach (var step in _parts.PreTokenizers) step.Apply(words);
            }

            RunModel(words, parsing == AddedTokenParsing.UserText ? _control : null, workspace, sink);
        }
    }

    private void RunModel(PreTokenizedText words, ControlIds? forbidden, EncodeWorkspace workspace, TokenSink sink)
    {
        var tokens = workspace.Tokens;
        foreach (var (start, end) in words.Ranges)
        {
            tokens.Clear();
            _parts.Model.Tokenize(words.Text.Bytes[start..end], tokens, workspace.Model, forbidden);
            for (var i = 0; i < tokens.Count; i++)
            {
                var (id, from, to, value) = tokens[i];
                sink(words.Text, id, start + from, start + to, value);
            }
        }
    }

    private bool CanScan(StageOptions stages) =>
        _byteLevel is not null && stages is { Normalize: true, PreTokenize: true } && !_parts.Added.HasNormalized;

    private void AppendPiece(ReadOnlySpan<byte> text, AddedTokenParsing parsing, EncodeWorkspace workspace)
    {
        var ids = workspace.Ids;
        var first = ids.Count;
        AlignedText? source = null;
        if (_parts.Normalizer.Steps.Count > 0)
        {
            workspace.Source.Clear();
            workspace.Source.AppendOriginal(text, 0);
            source = _parts.Normalizer.Apply(workspace.Source, workspace.Spare, workspace.OtherSpare);
            text = source.Bytes;
        }

        AppendWords(text, source, workspace);
        if (parsing != AddedTokenParsing.UserText || !_control.ContainsAny(ids.From(first))) return;

        // A token of the vocabulary spells a control token: take the careful way for this piece.
        ids.Truncate(first);
        var words = workspace.PreTokenized;
        var copy = new AlignedText(track: false);
        copy.AppendOriginal(text, 0);
        words.Reset(copy, 0, copy.Length, startsInput: false);
        foreach (var step in _parts.PreTokenizers) step.Apply(words);
        RunModel(words, _control, workspace, (_, id, _, _, _) => ids.Add(id));
    }

    private void AppendWords(ReadOnlySpan<byte> text, AlignedText? source, EncodeWorkspace workspace)
    {
        if (text.IsEmpty) return;
        if (_scanner is not null)
        {
            Scan(text, workspace);
            return;
        }

        var words = workspace.PreTokenized;
        var copy = source;
        if (copy is null)
        {
            copy = workspace.Source;
            copy.Clear();
            copy.AppendOriginal(text, 0);
        }

        words.Reset(copy, 0, copy.Length, startsInput: false);
        foreach (var step in _parts.PreTokenizers) step.Apply(words);
        foreach (var (start, end) in words.Ranges)
        {
            _byteLevel!.AppendIds(words.Text.Bytes[start..end], workspace.Ids, workspace.Model);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scan(ReadOnlySpan<byte> text, EncodeWorkspace workspace)
    {
        var (scanner, model, ids, scratch) = (_scanner!, _byteLevel!, workspace.Ids, workspace.Model);
        for (var at = 0; at < text.Length;)
        {
            var end = scanner.MatchEnd(text, at);
            model.AppendIds(text[at..end], ids, scratch);
            at = end;
        }
    }

    /// <summary>The one scanner that does all the splitting, if that is how the pre-tokenizers are.</summary>
    private static WordScanner? SingleScanner(IReadOnlyList<TextPreTokenizer> steps) => steps switch
    {
        [ByteLevelPreTokenizer { AddPrefixSpace: false, UseRegex: true }] => Gpt2Scanner.Instance,
        [SplitPreTokenizer { Pattern: WordScanner { IsTotal: true } scanner } split,
            ByteLevelPreTokenizer { AddPrefixSpace: false, UseRegex: false }]
            when (split.Behavior, split.Invert) is (SplitBehavior.Isolated, _) or (SplitBehavior.Removed, true) =>
                scanner,
        _ => null,
    };

    private static string Encoding(ReadOnlySpan<byte> text) => System.Text.Encoding.UTF8.GetString(text);
}
