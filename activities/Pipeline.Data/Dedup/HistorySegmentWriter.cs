using System.Buffers.Binary;
using System.Text;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup;

/// <summary>Writes the segment of the rows that a run kept.</summary>
internal sealed class HistorySegmentWriter(AtomicFile file)
{
    public void Write(DedupOptions options, DocumentTable table, DocumentSigner signer, Func<int, bool> kept,
        IEnumerable<(ulong Key, int Item)> exact, IEnumerable<(ulong Key, int Item)> bands)
    {
        file.Write(HistorySegment.Magic);
        var settings = Encoding.UTF8.GetBytes(HistorySegment.Settings(options));
        Number(settings.Length);
        file.Write(settings);
        var (numbers, offsets, row) = (new Dictionary<int, int>(), new List<long>(), new ByteBuffer());
        for (var document = 0; document < table.Count; document++)
        {
            if (!kept(document))
            {
                continue;
            }

            numbers[document] = offsets.Count;
            offsets.Add(file.Position);
            table.Read(document, row);
            signer.Load(row.Span);
            var id = Encoding.UTF8.GetBytes(signer.Parser.Id ?? ClusterIndex.Name(table, document));
            Number(id.Length);
            file.Write(id);
            var shingles = HistorySegment.Cut(signer.Shingles());
            Number(shingles.Length);
            foreach (var shingle in shingles)
            {
                Number((int)shingle);
            }

            file.FlushIfFull();
        }

        var offsetsAt = file.Position;
        offsets.ForEach(Number);
        var exactAt = file.Position;
        Records(exact, numbers);
        var bandsAt = file.Position;
        Records(bands, numbers);
        Number((long)offsets.Count);
        Number(offsetsAt);
        Number(exactAt);
        Number(bandsAt);
    }

    private void Records(IEnumerable<(ulong Key, int Item)> pairs, Dictionary<int, int> numbers)
    {
        // Equal keys come in no set order; the segment's bytes must not depend on it.
        foreach (var group in Groups.Of(pairs))
        {
            foreach (var number in group.Items.Where(numbers.ContainsKey).Select(item => numbers[item]).Order())
            {
                Number((long)group.Key);
                Number(number);
                file.FlushIfFull();
            }
        }
    }

    private void Number(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(file.Buffer.GetSpan(4), value);
        file.Buffer.Advance(4);
    }

    private void Number(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(file.Buffer.GetSpan(8), value);
        file.Buffer.Advance(8);
    }
}
