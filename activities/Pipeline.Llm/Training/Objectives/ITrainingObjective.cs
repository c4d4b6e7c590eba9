using Pipeline.Llm.Training.Data;

namespace Pipeline.Llm.Training.Objectives;

/// <summary>What a run minimises: language modelling or a preference loss.</summary>
public interface ITrainingObjective
{
    /// <summary>
    /// What the weights depend on besides the options of the run; a checkpoint of another identity is refused.
    /// </summary>
    /// <value>Empty for language modelling.</value>
    string Identity { get; }

    /// <summary>What the loss of a step is divided by, as far as a row contributes to it.</summary>
    /// <param name="row">A row.</param>
    /// <returns>Supervised weight of the row, or 1 for each example of a preference loss.</returns>
    double Weight(TrainingRow row);

    /// <summary>Adds the gradient of the micro-batch's share of the step's mean loss.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="denominator">Total weight of the step, over all of its micro-batches.</param>
    /// <param name="lossScale">Factor on the loss for float16 gradients.</param>
    /// <param name="seed">Seed of everything random in this micro-batch.</param>
    /// <returns>Sums, without the scale.</returns>
    ObjectiveSums Backward(MicroBatch batch, double denominator, double lossScale, ulong seed);

    /// <summary>Measures without gradient, dropout or noise.</summary>
    /// <param name="batch">The rows.</param>
    /// <returns>Sums.</returns>
    ObjectiveSums Evaluate(MicroBatch batch);
}
