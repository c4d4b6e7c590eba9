namespace Pipeline.Llm.Training;

/// <summary>One evaluation during training.</summary>
/// <param name="Step">Finished steps.</param>
/// <param name="Metric">What decides about the best checkpoint: the evaluation loss, or what the evaluator
/// says.</param>
/// <param name="Retention">What must not get lost, when the evaluator measures it.</param>
public sealed record EvaluationPoint(int Step, double Metric, double? Retention = null);
