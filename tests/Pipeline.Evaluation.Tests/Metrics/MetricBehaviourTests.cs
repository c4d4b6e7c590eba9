using Pipeline.Evaluation.Metrics;

namespace Pipeline.Evaluation.Tests.Metrics;

public sealed class MetricBehaviourTests
{
    [Fact]
    public void Matrix_PredictionOutsideTheLabels_CountsAsWrong()
    {
        var matrix = ConfusionMatrix.Of(["a", "a", "b"], ["a", "nonsense", "b"]);
        var report = new ClassificationReport(matrix);
        matrix.Outside.ShouldBe(1);
        report.Accuracy.ShouldBe(2.0 / 3, 1e-12);
        report.PerLabel[0].Recall.ShouldBe(0.5);
        report.PerLabel[0].Precision.ShouldBe(1);
    }

    [Fact]
    public void Matrix_UnknownTrueLabel_NamesTheRow() =>
        Should.Throw<ArgumentException>(() => ConfusionMatrix.Of(["a", "x"], ["a", "a"], ["a"])).Message.ShouldContain(
            "'x' of row 1");

    [Fact]
    public void EntityF1_PartlyFound_CountsExactTriples()
    {
        Entity[] truth = [new("1", "date", "May 3"), new("1", "place", "Isul"), new("2", "date", "June 4")];
        Entity[] found = [new("1", "date", "May 3"), new("1", "date", "Isul"), new("2", "date", "June 4"),
            new("2", "place", "Talo")];
        var score = EntityMetrics.Micro(truth, found);
        score.Precision.ShouldBe(0.5);
        score.Recall.ShouldBe(2.0 / 3, 1e-12);
        score.F1.ShouldBe(4.0 / 7, 1e-12);
        EntityMetrics.PerKind(truth, found)["place"].F1.ShouldBe(0);
    }

    [Fact]
    public void Schema_UnknownKeyword_IsRefusedByName()
    {
        var schema = new JsonSchema(JsonText.Parse("""{"type":"object","dependentRequired":{}}""")!.Value);
        Should.Throw<NotSupportedException>(() => schema.Validate(JsonText.Parse("{}")!.Value)).Message.ShouldContain(
            "dependentRequired");
    }
}
