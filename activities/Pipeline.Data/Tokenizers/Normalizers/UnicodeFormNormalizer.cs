using System.Runtime.InteropServices;
using Pipeline.Data.Tokenizers.Text;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Normalizers;

/// <summary>NFC, NFD, NFKC or NFKD.</summary>
internal sealed class UnicodeFormNormalizer(bool compose, bool compatible) : TextNormalizer
{
    private readonly UnicodeNormalizer _form = new(compose, compatible);

    internal bool IsNfc { get; } = compose && !compatible;

    internal override bool Normalize(AlignedText source, AlignedText destination)
    {
        if (!_form.MayChange(source.Bytes)) return false;
        var transform = new TextTransform(source, destination);
        foreach (var (codePoint, change) in CollectionsMarshal.AsSpan(_form.Normalize(source.Bytes)))
        {
            transform.Write(codePoint, change);
        }

        return true;
    }
}
