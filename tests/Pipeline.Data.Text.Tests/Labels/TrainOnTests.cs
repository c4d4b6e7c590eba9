using Pipeline.Data.Formats;
using Pipeline.Data.Labels;

namespace Pipeline.Data.Text.Tests.Labels;

public sealed class TrainOnTests
{
    private static readonly ChatMessage[] Talk =
        [new("system", "Be terse."), new("user", "Which tool?"), new("assistant", "apt"), new("tool", "ok 1"),
            new("user", "And then?"), new("assistant", "dpkg\nreally")];

    [Theory]
    [InlineData(LabelHarness.Marked)]
    [InlineData(LabelHarness.Plain)]
    public void S1_12_SystemUserAndToolTurns_AreNotLearned(string template)
    {
        var row = LabelHarness.Label(Talk, template);
        LabelHarness.Learned(row).ShouldBe("apt<|im_end|>dpkg\nreally<|im_end|>");
        row.Trained.ShouldBe(["apt<|im_end|>", "dpkg\nreally<|im_end|>"]);
        row.ToTokenRow().Labels.Zip(row.Ids).ShouldAllBe(p => p.First == -100 || p.First == p.Second);
    }

    [Theory]
    [InlineData(TrainOn.Last, "dpkg\nreally<|im_end|>")]
    [InlineData(TrainOn.Roles, "apt<|im_end|>dpkg\nreally<|im_end|>")]
    public void S1_12_TrainOn_ChoosesTurns(TrainOn trainOn, string learned)
    {
        LabelHarness.Learned(LabelHarness.Label(Talk, LabelHarness.Marked, new LabelOptions { TrainOn = trainOn }))
            .ShouldBe(learned);
        LabelHarness.Learned(LabelHarness.Label(Talk, LabelHarness.Plain, new LabelOptions { TrainOn = trainOn }))
            .ShouldBe(learned);
    }

    [Fact]
    public void TrainOn_All_LearnsEveryToken() =>
        LabelHarness.Label(Talk, LabelHarness.Marked, new LabelOptions { TrainOn = TrainOn.All }).Weights.ShouldAllBe(
            w => w == 1);

    [Fact]
    public void TrainOn_Turn_LearnsTurnsWithAWeightOnly()
    {
        ChatMessage[] talk = [Talk[1], Talk[2] with { Weight = 0.25 }, Talk[4], Talk[5]];
        var row = LabelHarness.Label(talk, LabelHarness.Marked, new LabelOptions { TrainOn = TrainOn.Turn });
        LabelHarness.Learned(row).ShouldBe("apt<|im_end|>");
        row.Weights.Where(w => w > 0).ShouldAllBe(w => w == 0.25f);
        Should.Throw<RowFaultException>(
            () => LabelHarness.Label(Talk, LabelHarness.Marked, new LabelOptions { TrainOn = TrainOn.Turn })).Code
            .ShouldBe("E-LABEL-NONE");
    }

    [Fact]
    public void Weight_Zero_TakesATurnOut()
    {
        ChatMessage[] talk = [Talk[1], Talk[2] with { Weight = 0 }, Talk[4], Talk[5] with { Weight = 0.5 }];
        var row = LabelHarness.Label(talk);
        LabelHarness.Learned(row).ShouldBe("dpkg\nreally<|im_end|>");
        row.Weights.Max().ShouldBe(0.5f);
    }

    [Fact]
    public void Spans_PartOfATurn_HasAWeightOfItsOwn()
    {
        ChatMessage[] talk =
            [new("user", "q"), new("assistant", "good bad good") { Spans = [new WeightedSpan(4, 8, 0)] }];
        LabelHarness.Learned(LabelHarness.Label(talk)).ShouldBe("good good<|im_end|>");
        Should.Throw<RowFaultException>(
            () =>
                LabelHarness.Label(
                    [new("user", "q"), new("assistant", "short") { Spans = [new WeightedSpan(2, 99, 0)] }])).Code
            .ShouldBe("E-SCHEMA-SPAN");
    }

    [Theory]
    [InlineData(TrainOnEos.Turn, "apt<|im_end|>dpkg\nreally<|im_end|>")]
    [InlineData(TrainOnEos.Last, "aptdpkg\nreally<|im_end|>")]
    [InlineData(TrainOnEos.All, "<|im_end|><|im_end|>apt<|im_end|><|im_end|><|im_end|>dpkg\nreally<|im_end|>")]
    public void TrainOnEos_Mode_ChoosesEndOfTurnTokens(TrainOnEos mode, string learned)
    {
        LabelHarness.Learned(LabelHarness.Label(Talk, LabelHarness.Plain, new LabelOptions { TrainOnEos = mode }))
            .ShouldBe(learned);
        LabelHarness.Learned(LabelHarness.Label(Talk, LabelHarness.Marked, new LabelOptions { TrainOnEos = mode }))
            .ShouldBe(learned);
    }

    [Fact]
    public void Roles_User_LearnsTheUsersTurns() =>
        LabelHarness.Label(Talk, LabelHarness.Plain, new LabelOptions { Roles = ["user"] }).Trained.ShouldBe(
            ["Which tool?<|im_end|>", "And then?<|im_end|>"]);

    [Fact]
    public void S1_11_Alpaca_LossOnOutputAndTerminatorOnly()
    {
        foreach (var input in (string?[])[null, "some context"])
        {
            var prompt = AlpacaPrompt.Of("Name it.", input);
            var row =
                LabelHarness.Label(DataFormat.Alpaca, null, new TextPart(prompt, false), new TextPart("apt", true));
            LabelHarness.Learned(row).ShouldBe("apt<|endoftext|>");
            LabelHarness.Model.Tokenizer.Decode(row.Ids, skipSpecialTokens: false)
                .ShouldBe(prompt + "apt<|endoftext|>");
        }
    }

    [Fact]
    public void Parts_LossAndWeights_EncodedAloneAndNothingAdded()
    {
        var row = LabelHarness.Label(DataFormat.Parts, null, new TextPart("A question?\nAnswer:", false),
            new TextPart(" B", true) { Weight = 0.5 }, new TextPart("\n\nNext", false), new TextPart(" C", true));
        row.Trained.ShouldBe([" B", " C"]);
        row.Weights.Where(w => w > 0).Distinct().Order().ShouldBe([0.5f, 1f]);
        row.NeedsTerminator.ShouldBeFalse();
        LabelHarness.Model.Tokenizer.Decode(row.Ids, skipSpecialTokens: false)
            .ShouldBe("A question?\nAnswer: B\n\nNext C");
    }

    [Fact]
    public void PromptCompletion_TokenOverTheEdge_IsSplitThere()
    {
        var row = LabelHarness.Label(
            DataFormat.PromptCompletion, null, new TextPart("The develop", false), new TextPart("ment tools", true));
        row.Realigned.ShouldBeTrue();
        row.Trained.ShouldBe(["ment tools<|endoftext|>"]);
    }
}
