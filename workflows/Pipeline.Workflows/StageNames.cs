namespace Pipeline.Workflows;

/// <summary>Names of the stages, in the order of a run.</summary>
public static class StageNames
{
    /// <summary>Checks the input and what it names.</summary>
    public const string Validate = "validate";

    /// <summary>Brings the raw data.</summary>
    public const string Ingest = "ingest";

    /// <summary>Holds test rows out of the raw rows.</summary>
    public const string HoldOut = "holdout";

    /// <summary>Cleans texts and takes personal data out.</summary>
    public const string Sanitize = "sanitize";

    /// <summary>Removes duplicates.</summary>
    public const string Dedup = "dedup";

    /// <summary>Removes rows that share text with evaluation items.</summary>
    public const string Decontaminate = "decontaminate";

    /// <summary>Builds the training set.</summary>
    public const string Dataset = "dataset";

    /// <summary>People look at 100 rows.</summary>
    public const string Review = "review";

    /// <summary>Asks whether a prompt alone would do.</summary>
    public const string Preflight = "preflight";

    /// <summary>Trains the adapter.</summary>
    public const string Train = "train";

    /// <summary>Evaluates base and candidate.</summary>
    public const string Evaluate = "evaluate";

    /// <summary>Decides by numbers.</summary>
    public const string Gate = "gate";

    /// <summary>People decide.</summary>
    public const string Approval = "approval";

    /// <summary>Proves that the merged weights answer as base plus adapter.</summary>
    public const string Parity = "parity";

    /// <summary>Makes an immutable version.</summary>
    public const string Register = "register";

    /// <summary>Serves a growing share of the traffic.</summary>
    public const string Canary = "canary";

    /// <summary>Moves the alias and all traffic.</summary>
    public const string Promote = "promote";

    /// <summary>Every stage in order.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Validate, Ingest, HoldOut, Sanitize, Dedup, Decontaminate, Dataset, Review, Preflight,
        Train, Evaluate, Gate, Approval, Parity, Register, Canary, Promote,
    ];

    /// <summary>Stages that an operator may skip when they are parked.</summary>
    public static IReadOnlyList<string> Skippable { get; } = [Review, Preflight];

    /// <summary>Position of a stage in the order.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <returns>Index from 0, or -1 for an unknown name.</returns>
    public static int IndexOf(string stage)
    {
        for (var index = 0; index < All.Count; index++)
        {
            if (All[index] == stage)
            {
                return index;
            }
        }

        return -1;
    }
}
