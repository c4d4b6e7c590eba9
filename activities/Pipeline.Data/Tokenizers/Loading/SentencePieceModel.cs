using System.Text;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>The kind of a SentencePiece token.</summary>
internal enum SentencePieceKind
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <summary>One token of a SentencePiece model.</summary>
internal readonly record struct SentencePiece(string Text, float Score, SentencePieceKind Kind);

/// <summary>The fields of SentencePiece's ModelProto that encoding needs.</summary>
internal sealed class SentencePieceModel
{
    internal List<SentencePiece> Pieces { get; } = [];

    internal bool IsBpe { get; private set; }

    internal bool ByteFallback { get; private set; }

    internal int UnknownId { get; private set; } = -1;

    internal byte[] CharacterMap { get; private set; } = [];

    internal bool AddDummyPrefix { get; private set; } = true;

    internal bool RemoveExtraSpaces { get; private set; } = true;

    internal static SentencePieceModel Parse(ReadOnlySpan<byte> bytes)
    {
        var model = new SentencePieceModel();
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var field, out _, out var content))
        {
            switch (field)
            {
                case 1: model.Pieces.Add(ParsePiece(content)); break;
                case 2: model.ParseTrainer(content); break;
                case 3: model.ParseNormalizer(content); break;
            }
        }

        model.UnknownId = model.Pieces.FindIndex(piece => piece.Kind == SentencePieceKind.Unknown);
        if (model.Pieces.Count == 0) throw new FormatException("the SentencePiece model has no tokens");
        if (model.UnknownId < 0) throw new FormatException("the SentencePiece model has no unknown token");
        return model;
    }

    private static SentencePiece ParsePiece(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        var (text, score, kind) = ("", 0f, SentencePieceKind.Normal);
        while (reader.TryReadField(out var field, out var value, out var content))
        {
            if (field == 1) text = Encoding.UTF8.GetString(content);
            else if (field == 2) score = BitConverter.UInt32BitsToSingle((uint)value);
            else if (field == 3) kind = (SentencePieceKind)value;
        }

        return new SentencePiece(text, score, kind);
    }

    private void ParseTrainer(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var field, out var value, out _))
        {
            if (field == 3)
            {
                if (value is not (1 or 2))
                    throw new FormatException(
                        $"the SentencePiece model type {value} is not supported; unigram and BPE are");
                IsBpe = value == 2;
            }
            else if (field == 35)
            {
                ByteFallback = value != 0;
            }
        }
    }

    private void ParseNormalizer(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var field, out var value, out var content))
        {
            if (field == 2) CharacterMap = content.ToArray();
            else if (field == 3) AddDummyPrefix = value != 0;
            else if (field == 4) RemoveExtraSpaces = value != 0;
        }
    }
}
