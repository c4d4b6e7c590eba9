using Pipeline.Data.Building;
using Pipeline.Llm.Training.Data;

namespace Pipeline.Activities.Training;

/// <summary>A built data set as the trainer reads it.</summary>
/// <param name="dataset">The data set.</param>
internal sealed class SftTrainingData(SftDataset dataset) : ITrainingData
{
    private readonly int[] _tokens = [.. dataset.Rows().Select(row => row.Ids.Length)];

    public int Count => _tokens.Length;

    public string Fingerprint => dataset.Index.Version;

    public int Tokens(int index) => _tokens[index];

    public TrainingRow Read(int index)
    {
        var row = dataset.Read(index);
        return new TrainingRow(row.Id, new TrainingSequence(row.Ids, row.Weights));
    }
}
