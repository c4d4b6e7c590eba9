using Pipeline.Data.Tokenizers.Models;
using Pipeline.Data.Tokenizers.PreTokenizers;
using Pipeline.Data.Tokenizers.Text;

namespace Pipeline.Data.Tokenizers;

/// <summary>Scratch memory of one encoding thread.</summary>
internal sealed class EncodeWorkspace(bool track)
{
    internal byte[] Utf8 { get; set; } = new byte[1024];

    internal List<(int Start, int End, int Id)> RawPieces { get; } = [];

    internal List<(int Start, int End, int Id)> NormalizedPieces { get; } = [];

    internal AlignedText Source { get; private set; } = new(track);

    internal AlignedText Spare { get; private set; } = new(track);

    internal AlignedText OtherSpare { get; private set; } = new(track);

    internal PreTokenizedText PreTokenized { get; private set; } = new(track);

    internal ModelWorkspace Model { get; } = new();

    internal TokenBuffer Tokens { get; } = new();

    internal IdList Ids { get; private set; } = new();

    /// <summary>Lets go of memory that one very long text took.</summary>
    internal void Trim()
    {
        const int Keep = 1 << 20;
        Model.Trim();
        if (Utf8.Length > Keep) Utf8 = new byte[1024];
        if (Ids.Count > Keep) Ids = new IdList();
        if (Math.Max(Source.Length, Math.Max(Spare.Length, OtherSpare.Length)) <= Keep) return;
        (Source, Spare, OtherSpare) = (new AlignedText(track), new AlignedText(track), new AlignedText(track));
        PreTokenized = new PreTokenizedText(track);
    }
}
