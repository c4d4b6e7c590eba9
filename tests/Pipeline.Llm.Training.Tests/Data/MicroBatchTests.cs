using Pipeline.Llm.Training.Data;

namespace Pipeline.Llm.Training.Tests.Data;

public sealed class MicroBatchTests
{
    private static readonly TrainingRow[] Two =
    [
        new("a", new([1, 2, 3], [1, 0, 1])),
        new("b", new([4, 5, 6, 7], [0, 0.5f, 0, 1])),
    ];

    [Fact]
    public void Create_PaddingFree_ShiftsWithinEachSequence()
    {
        var batch = MicroBatch.Create(Two, BatchLayoutKind.PaddingFree);
        batch.Ids.ShouldBe([1, 2, 3, 4, 5, 6, 7]);
        batch.Positions.ShouldBe([1, 3, 5]);
        batch.Targets.ShouldBe([3, 5, 7]);
        batch.Weights.ShouldBe([1, 0.5f, 1]);
        batch.SequenceOfTarget.ShouldBe([0, 1, 1]);
    }

    [Fact]
    public void Create_Padded_CountsPositionsInTheGrid()
    {
        var batch = MicroBatch.Create(Two, BatchLayoutKind.Padded, padding: 9);
        batch.Ids.ShouldBe([1, 2, 3, 9, 4, 5, 6, 7]);
        batch.Positions.ShouldBe([1, 4, 6]);
        (batch.Height, batch.Width, batch.Tokens).ShouldBe((2, 4, 7));
    }

    [Fact]
    public void Supervision_FirstTokenWithWeight_IsNeverATarget() => Two[0].Sequence.Supervision.ShouldBe(1);

    [Fact]
    public void Create_Pairs_PutsTheRejectedAnswerAfterItsChosenOne()
    {
        var batch = MicroBatch.Create([Two[0] with { Rejected = Two[1].Sequence }], BatchLayoutKind.PaddingFree);
        batch.SequenceLengths.ShouldBe([3, 4]);
        batch.Rows.Count.ShouldBe(1);
    }
}
