using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Ingest.Debian;

/// <summary>
/// Reads the package indexes of a Debian machine and writes them as a raw JSONL dataset for the demo task.
/// </summary>
/// <remarks>
/// apt writes the indexes with <c>Acquire::Languages=en</c> and <c>Acquire::GzipIndexes=false</c>; descriptions are
/// joined by Description-md5. The same indexes and options give the same bytes. Rows carry real maintainer addresses,
/// real near-duplicates and a real imbalance of sections.
/// </remarks>
/// <param name="options">Which packages become rows.</param>
public sealed class DebianPackageSource(DebianSourceOptions options)
{
    /// <summary>Reads all packages that the options select, in index order.</summary>
    /// <param name="rows">Receives the counts; complete when the enumeration has ended.</param>
    /// <param name="cancellationToken">Stops the enumeration.</param>
    /// <returns>The selected packages, with long descriptions.</returns>
    /// <exception cref="FileNotFoundException">The folder holds no Packages index.</exception>
    public IEnumerable<DebianPackage> Read(RowAccounting rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (packages, translations) = Files();
        var index = new DescriptionIndex();
        foreach (var file in translations)
        {
            index.Load(file, cancellationToken);
        }

        return Select(packages, index, new RowLedger(packages, rows), cancellationToken);
    }

    /// <summary>Writes the selected packages to one JSONL file; the file appears only when it is complete.</summary>
    /// <param name="output">Path of the file to write; its folder is created.</param>
    /// <param name="progress">Receives progress, or null.</param>
    /// <param name="cancellationToken">Stops the run; nothing is left behind.</param>
    /// <returns>Counts, digest and file names.</returns>
    /// <exception cref="FileNotFoundException">The folder holds no Packages index.</exception>
    public async Task<DebianSourceSummary> WriteAsync(
        string output, IProgress<StageProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var (packages, translations) = Files();
        var total = packages.Concat(translations).Sum(file => new FileInfo(file).Length);
        var rows = new RowAccounting();
        var (sections, splits, withLong) =
            (new Dictionary<string, long>(StringComparer.Ordinal), new Dictionary<DebianSplit, long>(), 0L);
        await using var file = new AtomicFile(output);
        foreach (var package in Read(rows, cancellationToken))
        {
            sections[package.Section] = sections.GetValueOrDefault(package.Section) + 1;
            splits[package.Split] = splits.GetValueOrDefault(package.Split) + 1;
            withLong += package.LongDescription.Length > 0 ? 1 : 0;
            DebianRowWriter.Write(file.Buffer, package);
            await file.EndLineAsync(cancellationToken);
            if (rows.Out % 4096 == 0)
            {
                progress?.Report(new StageProgress("ingest", "debian", rows.Out, file.Length, 0));
            }
        }

        var sha256 = await file.CommitAsync(cancellationToken);
        return new DebianSourceSummary
        {
            Rows = rows,
            Sections =
                [.. sections.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)],
            Splits = splits,
            WithLongDescription = withLong,
            SourceBytes = total,
            Sha256 = sha256,
            Bytes = file.Length,
            Files = [.. packages.Concat(translations).Select(path => Path.GetFileName(path))],
        };
    }

    private IEnumerable<DebianPackage> Select(
        string[] files, DescriptionIndex index, RowLedger rows, CancellationToken cancellationToken)
    {
        var (sections, limit) = Plan(files);
        foreach (var (package, md5) in new DebianPackageReader(files, options.SkipTransitional).Read(rows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (sections is not null && !sections.Contains(package.Section))
            {
                rows.Remove("section-not-selected");
            }
            else if (!options.Splits.Contains(package.Split))
            {
                rows.Remove("split-not-selected");
            }
            else if (Rank(package.Name) > limit)
            {
                rows.Remove("not-sampled");
            }
            else
            {
                rows.Keep();
                yield return package with { LongDescription = index.Find(package.Name, md5) };
            }
        }

        rows.Close("debian");
    }

    /// <summary>A first pass: the most frequent sections, and the rank up to which rows belong to the sample.</summary>
    private (HashSet<string>? Sections, ulong Limit) Plan(string[] files)
    {
        if (options.TopSections <= 0 && options.MaxRows <= 0)
        {
            return (null, ulong.MaxValue);
        }

        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var candidates = new List<(string Section, ulong Rank)>();
        var reader = new DebianPackageReader(files, options.SkipTransitional);
        foreach (var (package, _) in reader.Read(new RowLedger(files)))
        {
            if (package.Split == DebianSplit.Train)
            {
                counts[package.Section] = counts.GetValueOrDefault(package.Section) + 1;
            }

            if (options.MaxRows > 0 && options.Splits.Contains(package.Split))
            {
                candidates.Add((package.Section, Rank(package.Name)));
            }
        }

        var sections = options.TopSections <= 0 ? null : counts.OrderByDescending(pair => pair.Value)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(options.TopSections).Select(pair => pair.Key)
            .ToHashSet(StringComparer.Ordinal);
        var ranks = candidates.Where(row => sections is null || sections.Contains(row.Section)).Select(row => row.Rank)
            .Order().ToList();
        return (sections, options.MaxRows > 0 && ranks.Count > options.MaxRows
            ? ranks[options.MaxRows - 1] : ulong.MaxValue);
    }

    private ulong Rank(string name) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{options.Seed}:{name}")));

    private (string[] Packages, string[] Translations) Files()
    {
        if (!Directory.Exists(options.ListsFolder))
        {
            throw new DirectoryNotFoundException(
                $"{options.ListsFolder} does not exist; let apt write its lists there (Dir::State::lists)");
        }

        string[] Matching(string suffix) =>
            [.. Directory.GetFiles(options.ListsFolder).Where(file => file.EndsWith(suffix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)];
        var packages = Matching("_Packages");
        return packages.Length > 0 ? (packages, Matching("_Translation-en")) : throw new FileNotFoundException(
            $"{options.ListsFolder} holds no *_Packages file; run apt-get update with Acquire::GzipIndexes=false and "
                + $"Acquire::Languages=en");
    }
}
