using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Data.Labels;

namespace Pipeline.Data.Building;

/// <summary>Labelled rows on disk between labelling and shuffling; memory holds 24 bytes a row.</summary>
internal sealed class RowSpill : IDisposable
{
    private readonly FileStream _file;
    private readonly List<long> _offsets = [];
    private readonly List<int> _tokens = [];
    private readonly List<float> _scores = [];
    private readonly byte[] _header = new byte[16];
    private long _end = -1;

    public RowSpill(string folder) => _file = new FileStream(
        Path.Combine(folder, $".rows.{Environment.ProcessId}.{Guid.NewGuid():N}.tmp"), FileMode.CreateNew,
        FileAccess.ReadWrite, FileShare.None, 1 << 20, FileOptions.DeleteOnClose);

    public int Count => _offsets.Count;

    public int Tokens(int row) => _tokens[row];

    public float Score(int row) => _scores[row];

    public void Add(LabelledRow row, double score)
    {
        _offsets.Add(_file.Position);
        _tokens.Add(row.Ids.Length);
        _scores.Add((float)score);
        var id = Encoding.UTF8.GetBytes(row.Id);
        var text = Encoding.UTF8.GetBytes(row.Text);
        BinaryPrimitives.WriteInt32LittleEndian(_header, id.Length);
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(4), text.Length);
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(8), row.Ids.Length);
        _file.Write(_header);
        _file.Write(id);
        _file.Write(MemoryMarshal.AsBytes(row.Ids.AsSpan()));
        _file.Write(MemoryMarshal.AsBytes(row.Weights.AsSpan()));
        _file.Write(text);
    }

    public (SftRow Row, string Text) Read(int row)
    {
        // Rows are read in random order, so each is read with one call of its exact size and no buffer.
        if (_end < 0)
        {
            _file.Flush();
            _end = _file.Length;
        }

        var bytes = new byte[(row + 1 < _offsets.Count ? _offsets[row + 1] : _end) - _offsets[row]];
        if (RandomAccess.Read(_file.SafeFileHandle, bytes, _offsets[row]) != bytes.Length)
            throw new IOException($"the temporary file {_file.Name} lost rows");
        var id = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        var text = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4));
        var tokens = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        var rest = bytes.AsSpan(_header.Length);
        var ids = MemoryMarshal.Cast<byte, int>(rest.Slice(id, 4 * tokens)).ToArray();
        var weights = MemoryMarshal.Cast<byte, float>(rest.Slice(id + (4 * tokens), 4 * tokens)).ToArray();
        return (new SftRow(Encoding.UTF8.GetString(rest[..id]), ids, weights),
            Encoding.UTF8.GetString(rest.Slice(id + (8 * tokens), text)));
    }

    public void Dispose() => _file.Dispose();
}
