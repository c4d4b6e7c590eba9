using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Data.Packing;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Building;

/// <summary>
/// A built dataset. Rows are read from disk when asked for, so memory does not grow with the dataset; any number of
/// threads may read.
/// </summary>
public sealed class SftDataset : IDisposable
{
    private readonly List<(TokenShardReader Tokens, RowBlobs Ids, RowBlobs? Weights)> _shards;
    private readonly long[] _firstRows;

    private SftDataset(
        string folder, DatasetIndex index, List<(TokenShardReader Tokens, RowBlobs Ids, RowBlobs? Weights)> shards)
    {
        (Folder, Index, _shards) = (folder, index, shards);
        _firstRows = new long[shards.Count + 1];
        for (var i = 0; i < shards.Count; i++) _firstRows[i + 1] = _firstRows[i] + shards[i].Tokens.Rows;
    }

    /// <summary>Folder of the dataset.</summary>
    public string Folder { get; }

    /// <summary>What the dataset is and how it was built.</summary>
    public DatasetIndex Index { get; }

    /// <summary>Number of rows.</summary>
    public long Count => _firstRows[^1];

    /// <summary>Opens a dataset and compares the sizes of its files with the index.</summary>
    /// <param name="folder">Folder that <see cref="DatasetBuilder"/> wrote.</param>
    /// <returns>The dataset.</returns>
    /// <exception cref="DataInputException">It is incomplete or damaged (<c>E-DATASET</c>,
    /// <c>E-SHARD-FORMAT</c>).</exception>
    public static SftDataset Open(string folder)
    {
        var index = DatasetIndex.Read(folder);
        var shards = new List<(TokenShardReader, RowBlobs, RowBlobs?)>();
        foreach (var shard in index.Shards)
        {
            foreach (var (file, bytes) in new[] { (shard.Tokens.File, shard.Tokens.Bytes),
                (shard.Ids.File, shard.Ids.Bytes) })
            {
                var info = new FileInfo(Path.Combine(folder, file));
                if (!info.Exists || info.Length != bytes)
                    throw new DataInputException(
                        "E-DATASET",
                        $"{info.FullName} has {(info.Exists ? info.Length : 0)} bytes, the index says {bytes}; build "
                            + $"the dataset again");
            }

            shards.Add((
                TokenShardReader.Open(Path.Combine(folder, shard.Tokens.File)),
                RowBlobs.Open(Path.Combine(folder, shard.Ids.File)),
                shard.Weights is { } weights ? RowBlobs.Open(Path.Combine(folder, weights.File)) : null));
        }

        var dataset = new SftDataset(folder, index, shards);
        return dataset.Count == index.Rows
            ? dataset : throw new DataInputException(
                "E-DATASET", $"{folder} has {dataset.Count} rows, the index says {index.Rows}");
    }

    /// <summary>Reads one row.</summary>
    /// <param name="row">0-based row.</param>
    /// <returns>Ids, weights and name.</returns>
    public SftRow Read(long row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
        var at = Array.BinarySearch(_firstRows, row);
        var shard = at >= 0 ? at : ~at - 1;
        var (tokens, names, weights) = _shards[shard];
        var local = row - _firstRows[shard];
        var read = tokens.Read(local);
        var own = weights?.Read(local);
        return new SftRow(
            Encoding.UTF8.GetString(names.Read(local)),
            read.InputIds,
            own is { Length: > 0 } ? MemoryMarshal.Cast<byte, float>(own)
                .ToArray() : Array.ConvertAll(read.Labels, label => label == TokenRow.Ignored ? 0f : 1f));
    }

    /// <summary>All rows in order.</summary>
    /// <returns>Rows, read one by one.</returns>
    public IEnumerable<SftRow> Rows()
    {
        for (var row = 0L; row < Count; row++) yield return Read(row);
    }

    /// <summary>Checks that a model has a row of its embedding for every token id; call it before training.</summary>
    /// <param name="embeddingRows">Rows of the model's embedding, its vocabulary size.</param>
    /// <exception cref="DataInputException">Ids lie beyond the embedding (<c>E-DATASET-VOCAB</c>).</exception>
    public void EnsureFits(int embeddingRows)
    {
        if (Index.VocabularySize <= embeddingRows) return;
        throw new DataInputException(
            "E-DATASET-VOCAB",
            $"the dataset's tokenizer has ids up to {Index.VocabularySize - 1}, the model's embedding has "
            + $"{embeddingRows} rows; "
            + "build the dataset with the model's own tokenizer or resize the embedding");
    }

    /// <summary>Compares the digest of every file with the index.</summary>
    /// <exception cref="DataInputException">A file is missing or changed (<c>E-DATASET</c>).</exception>
    public void Verify()
    {
        var files = Index.Shards.SelectMany(
            s => new[] { new DatasetFile(s.Tokens.File, s.Tokens.Bytes, s.Tokens.Sha256), s.Ids, s.Weights })
            .Concat(Index.Files);
        foreach (var file in files)
        {
            if (file is null) continue;
            using var stream = File.OpenRead(Path.Combine(Folder, file.File));
            if (Convert.ToHexStringLower(SHA256.HashData(stream)) != file.Sha256)
                throw new DataInputException(
                    "E-DATASET", $"{file.File} is not the file the index names; its digest differs");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (tokens, names, weights) in _shards)
        {
            tokens.Dispose();
            names.Dispose();
            weights?.Dispose();
        }
    }
}
