using Pipeline.Data.Packing;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Text.Tests.Packing;

public sealed class PackingPropertyTests
{
    private static int[] LogNormal(int count, int seed, int max)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count)
            .Select(_ =>
                (int)Math.Clamp(
                    Math.Exp(
                        5 + (Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
                            * Math.Cos(2 * Math.PI * random.NextDouble()))), 1, max))];
    }

    [Fact]
    public void S1_21_LogNormalLengths_FillAboveTarget()
    {
        var plan = SequencePacker.Pack(LogNormal(100_000, 1, 2048), 2048, PackingStrategy.BestFit);
        var bound = (plan.TokensIn + 2047) / 2048;
        (plan.Fill >= 0.995 || plan.Rows <= bound + 1)
            .ShouldBeTrue($"fill {plan.Fill:P3}, {plan.Rows} rows, lower bound {bound}");
    }

    [Theory]
    [InlineData(PackingStrategy.BestFit)]
    [InlineData(PackingStrategy.BestFitSplit)]
    [InlineData(PackingStrategy.Wrapped)]
    public void S1_21_RandomLengths_EveryTokenExactlyOnce(PackingStrategy strategy)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var room = random.Next(1, 300);
            var lengths = Enumerable.Range(0, random.Next(1, 400))
                .Select(_ => random.Next(0, strategy == PackingStrategy.BestFit ? room + 1 : 3 * room)).Append(1)
                .ToArray();
            var plan = SequencePacker.Pack(lengths, room, strategy, seed % 3 == 0 ? 100 : 0);
            var seen = lengths.Select(n => new bool[n]).ToArray();
            for (var row = 0; row < plan.Rows; row++)
            {
                var used = 0;
                foreach (var segment in plan[row])
                {
                    used += segment.Length;
                    for (var i = 0; i < segment.Length; i++)
                    {
                        seen[segment.Sequence][segment.Start + i].ShouldBeFalse();
                        seen[segment.Sequence][segment.Start + i] = true;
                    }
                }

                used.ShouldBeInRange(1, room);
            }

            seen.ShouldAllBe(s => s.All(t => t));
            plan.TokensCut.ShouldBe(0);
        }
    }

    [Fact]
    public void I4_LabelsPackedOrNot_SameMaskPerToken()
    {
        var random = new Random(4);
        var rows = Enumerable.Range(0, 200).Select(_ =>
        {
            var ids = Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(1, 1000)).ToArray();
            return new TokenRow(ids, [.. ids.Select(id => random.Next(3) == 0 ? TokenRow.Ignored : id)]);
        }).ToArray();
        var plan = SequencePacker.Pack([.. rows.Select(r => r.InputIds.Length)], 128, PackingStrategy.BestFit);
        var supervised = 0;
        for (var r = 0; r < plan.Rows; r++)
        {
            var packed = PackedRows.Build(plan, r, rows);
            var at = 0;
            foreach (var segment in plan[r])
            {
                packed.Labels[at..(at + segment.Length)].ShouldBe(rows[segment.Sequence].Labels);
                packed.InputIds[at..(at + segment.Length)].ShouldBe(rows[segment.Sequence].InputIds);
                at += segment.Length;
            }

            packed.SequenceLengths.ShouldBe(plan[r].ToArray().Select(s => s.Length));
            supervised += packed.Labels.Count(l => l != TokenRow.Ignored);
        }

        supervised.ShouldBe(rows.Sum(r => r.Labels.Count(l => l != TokenRow.Ignored)));
    }

    [Fact]
    public void S0_28_PadEqualsEos_RealTerminatorKeepsItsLabel()
    {
        const int End = 2;
        var batch = TokenCollator.Collate(
            [new TokenRow([5, 6, End], [-100, 6, End]), new TokenRow([7, End], [7, End]),
                new TokenRow([8, 9, 9, End], [-100, 9, 9, End])], new CollatorOptions { PadTokenId = End });
        for (var row = 0; row < 3; row++)
        {
            var labels = batch.Labels[(row * 4)..((row * 4) + 4)];
            labels.Last(l => l != TokenRow.Ignored).ShouldBe(End);
            for (var i = 0; i < 4; i++)
                (batch.AttentionMask![(row * 4) + i] == 0).ShouldBe(i >= (row == 0 ? 3 : row == 1 ? 2 : 4));
        }

        batch.Labels.ShouldBe([-100, 6, End, -100, 7, End, -100, -100, -100, 9, 9, End]);
    }

    [Fact]
    public void S0_29_FixedPadding_ExactLengthAndSameSupervisedTokens()
    {
        TokenRow[] rows = [new([1, 2, 3], [-100, 2, 3]), new([4], [4])];
        var padded = TokenCollator.Collate(rows, new CollatorOptions { PadTokenId = 0, PadToLength = 512 });
        padded.Columns.ShouldBe(512);
        padded.SupervisedTokens.ShouldBe(
            TokenCollator.Collate(rows, new CollatorOptions { PadTokenId = 0 }).SupervisedTokens);
        Should.Throw<DataInputException>(
            () =>
                TokenCollator.Collate([new TokenRow(new int[600], new int[600])],
                    new CollatorOptions { PadTokenId = 0, PadToLength = 512 })).Message.ShouldContain("600");
    }
}
