using System.Text.Json;
using Pipeline.Data.Dedup;

namespace Pipeline.Data.Sanitization;

/// <summary>
/// Tells at little cost that no object of a row has a name twice; a yes is to be checked. One instance a thread.
/// </summary>
internal sealed class RepeatedNames
{
    private const int MostNames = 64;
    private readonly List<ulong> _hashes = [];
    private readonly int[] _starts = new int[JsonPlace.MaxDepth + 2];

    /// <summary>False when all names of each object differ; many or escaped names count as a perhaps.</summary>
    public bool MayRepeat(ReadOnlySpan<byte> json, JsonReaderOptions options)
    {
        var reader = new Utf8JsonReader(json, options);
        _hashes.Clear();
        while (reader.Read())
        {
            var depth = reader.CurrentDepth;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    _starts[depth + 1] = _hashes.Count;
                    break;
                case JsonTokenType.EndObject:
                    _hashes.RemoveRange(_starts[depth + 1], _hashes.Count - _starts[depth + 1]);
                    break;
                case JsonTokenType.PropertyName:
                    var (hash, start) = (FastHash.Of(reader.ValueSpan, 0), _starts[depth]);
                    if (reader.ValueIsEscaped || _hashes.Count - start >= MostNames
                        || _hashes.IndexOf(hash, start) >= 0)
                    {
                        return true;
                    }

                    _hashes.Add(hash);
                    break;
            }
        }

        return false;
    }
}
