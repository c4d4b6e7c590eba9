namespace Pipeline.Data.Building;

/// <summary>One shard as the index names it.</summary>
/// <param name="File">File name inside the dataset's folder.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Tokens">Number of tokens.</param>
/// <param name="SupervisedTokens">Number of tokens in the loss.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Sha256">Digest of the file, lower-case hex.</param>
public sealed record ShardInfo(string File, long Rows, long Tokens, long SupervisedTokens, long Bytes, string Sha256);
