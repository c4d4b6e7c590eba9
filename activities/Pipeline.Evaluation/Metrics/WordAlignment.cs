namespace Pipeline.Evaluation.Metrics;

/// <summary>One cheapest edit path from a prediction to a reference, within a beam around the diagonal.</summary>
/// <remarks>
/// Ties prefer a match or substitution, then dropping a predicted word, then adding a reference word.
/// </remarks>
internal sealed class WordAlignment
{
    private const int Beam = 25;

    private enum Step : byte
    {
        None,
        Same,
        Replace,
        Drop,
        Add,
    }

    /// <summary>Number of edits.</summary>
    public int Cost { get; private init; }

    /// <summary>For each reference word the predicted position it stands at, -1 before the first.</summary>
    public required int[] Position { get; init; }

    /// <summary>Whether a reference word is substituted or missing.</summary>
    public required bool[] ReferenceError { get; init; }

    /// <summary>Whether a predicted word is substituted or superfluous.</summary>
    public required bool[] PredictionError { get; init; }

    public static WordAlignment Of(string[] prediction, string[] reference)
    {
        var (rows, columns) = (prediction.Length + 1, reference.Length + 1);
        var cost = new int[rows, columns];
        var step = new Step[rows, columns];
        for (var i = 1; i < rows; i++)
        {
            for (var j = 0; j < columns; j++) cost[i, j] = int.MaxValue / 2;
        }

        for (var j = 1; j < columns; j++) (cost[0, j], step[0, j]) = (j, Step.Add);
        Fill(prediction, reference, cost, step);
        return Trace(prediction, reference, cost, step);
    }

    private static void Fill(string[] prediction, string[] reference, int[,] cost, Step[,] step)
    {
        var ratio = prediction.Length > 0 ? (double)reference.Length / prediction.Length : 1;
        // A very uneven pair would leave no overlap between the beams of neighbouring rows.
        var beam = Beam < ratio / 2 ? (int)Math.Ceiling(ratio / 2 + Beam) : Beam;
        for (var i = 1; i <= prediction.Length; i++)
        {
            var diagonal = (int)Math.Floor(i * ratio);
            var end = i == prediction.Length ? reference.Length + 1 : Math.Min(reference.Length + 1, diagonal + beam);
            for (var j = Math.Max(0, diagonal - beam); j < end; j++)
            {
                if (j > 0)
                {
                    var same = prediction[i - 1] == reference[j - 1];
                    Offer(i, j, cost[i - 1, j - 1] + (same ? 0 : 1), same ? Step.Same : Step.Replace);
                }

                Offer(i, j, cost[i - 1, j] + 1, Step.Drop);
                if (j > 0) Offer(i, j, cost[i, j - 1] + 1, Step.Add);
            }
        }

        void Offer(int i, int j, int value, Step how)
        {
            if (value < cost[i, j]) (cost[i, j], step[i, j]) = (value, how);
        }
    }

    private static WordAlignment Trace(string[] prediction, string[] reference, int[,] cost, Step[,] step)
    {
        var result = new WordAlignment
        {
            Cost = cost[prediction.Length, reference.Length],
            Position = new int[reference.Length],
            ReferenceError = new bool[reference.Length],
            PredictionError = new bool[prediction.Length],
        };
        var (i, j) = (prediction.Length, reference.Length);
        while (i > 0 || j > 0)
        {
            var how = step[i, j];
            if (how is Step.Same or Step.Replace)
            {
                (i, j) = (i - 1, j - 1);
                result.Position[j] = i;
                result.ReferenceError[j] = result.PredictionError[i] = how == Step.Replace;
            }
            else if (how == Step.Drop)
            {
                result.PredictionError[--i] = true;
            }
            else
            {
                result.Position[--j] = i - 1;
                result.ReferenceError[j] = true;
            }
        }

        return result;
    }
}
